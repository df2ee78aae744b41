using Pgmux.Simulation.Tests.Drivers.Shapes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>Numbers and drivers for the clients of one run.</summary>
/// <param name="hasStatements">Whether pgmux keeps prepared statements for its clients: most drivers need it.</param>
internal sealed class ClientCast(bool hasStatements)
{
    private static readonly Weighted<Func<DriverContext, Driver>> Drivers = new(
        (10, "scripts and psql", context => new LibpqSimple(context)),
        (10, "no driver in particular", context => new Wanderer(context)));

    private int _clients;

    /// <summary>The marks of a new client.</summary>
    public Nonces NewNonces() => new(_clients++);

    /// <summary>A driver for a new connection.</summary>
    public Driver NewDriver(Random random, Nonces nonces, IDriverView view) =>
        Drivers.Choose(random)(new DriverContext(random, view, new Workload(nonces, random, hasStatements)));
}
