using Pgmux.Core.Parameters;
using Pgmux.Core.Servers;
using Pgmux.Core.Statements;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Parts of servers, one of them broken.</summary>
internal sealed class BrokenServerParts : ServerParts
{
    public ReleaseRule? Rule { get; init; }

    public Func<ServerStatements, OutstandingRequests>? Outstanding { get; init; }

    public Func<ServerStatements>? Statements { get; init; }

    public Func<TrackedParameters, ParameterSetCache, ServerParameters>? Parameters { get; init; }

    public override ReleaseRule ReleaseRule => Rule ?? base.ReleaseRule;

    public override OutstandingRequests CreateOutstanding(ServerStatements statements) =>
        Outstanding?.Invoke(statements) ?? base.CreateOutstanding(statements);

    public override ServerStatements CreateStatements() => Statements?.Invoke() ?? base.CreateStatements();

    public override ServerParameters CreateParameters(TrackedParameters tracked, ParameterSetCache sets) =>
        Parameters?.Invoke(tracked, sets) ?? base.CreateParameters(tracked, sets);
}
