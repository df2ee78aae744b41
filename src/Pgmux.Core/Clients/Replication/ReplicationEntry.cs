using Pgmux.Core.Pooling;
using Pgmux.Core.Pooling.Replication;
using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Replication;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients.Replication;

/// <summary>
/// From a client that has proved who it is and wants to replicate to a session with a server of its own. What the client is told at its
/// login is what that server has said, since it was opened with the client's own parameters.
/// </summary>
internal sealed class ReplicationEntry(ClientConnection client, ClientEnvironment environment)
{
    /// <summary>Waits for the server and welcomes the client, or closes it.</summary>
    public async Task RunAsync(Pool pool, ReplicationStart start)
    {
        var order = new ReplicationOrder(client.Loop, start, client.Wake);
        client.OnLoggedIn(environment.NoParameters, environment.NoParameters);
        client.Order(order);
        while (!order.IsDone && client.State != ClientState.Closed)
        {
            await client.WaitAsync();
            client.EndWait();
        }

        if (client.State == ClientState.Closed)
        {
            return;
        }

        if (order.Refusal is { } refusal)
        {
            client.OnServerRefused(refusal, ClientErrors.ForReplication(refusal, order.Error));
            return;
        }

        if (order.Server is not { State: ServerState.Idle } server)
        {
            // It was there for a moment only.
            client.Close(ClientCloseReason.ServerLost, ClientErrors.For(ServerCloseReason.Crashed, null));
            return;
        }

        client.OnReplicationServerGiven(server);
        Welcome(server);
        await client.Transport.Output.FlushAsync();
    }

    private void Welcome(ServerConnection server)
    {
        var output = client.Transport.Output;
        BackendMessages.WriteAuthenticationOk(output);
        foreach (var (name, value) in server.Welcome)
        {
            BackendMessages.WriteParameterStatus(output, name, value);
        }

        client.WriteBackendKey();
        BackendMessages.WriteReadyForQuery(output, TransactionStatus.Idle);
    }
}
