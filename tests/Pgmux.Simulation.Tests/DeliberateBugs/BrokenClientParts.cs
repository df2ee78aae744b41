using Pgmux.Core.Cancellation;
using Pgmux.Core.Clients;
using Pgmux.Core.Statements;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Parts of clients, one of them broken.</summary>
internal sealed class BrokenClientParts : ClientParts
{
    public Func<ClientConnection, ClientRequestReader>? RequestReader { get; init; }

    public Func<StatementNames>? Names { get; init; }

    public Func<CancelRegistry>? Cancels { get; init; }

    public override ClientRequestReader CreateRequestReader(ClientConnection client) =>
        RequestReader?.Invoke(client) ?? base.CreateRequestReader(client);

    public override StatementNames CreateNames() => Names?.Invoke() ?? base.CreateNames();

    public override CancelRegistry CreateCancels() => Cancels?.Invoke() ?? base.CreateCancels();
}
