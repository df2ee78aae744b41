using Pgmux.Core.Configuration;
using Pgmux.Core.Servers.Replication;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Clients;

/// <summary>The clients of one loop, and their time limits. Only the loop's thread touches it.</summary>
internal sealed class ClientRegistry(EventLoop loop)
{
    private readonly List<ClientConnection> _clients = [];

    /// <summary>The loop.</summary>
    public EventLoop Loop { get; } = loop;

    /// <summary>What clients need while they wait.</summary>
    public ClientSpares Spares { get; } = new(loop);

    /// <summary>The clients of the moment.</summary>
    public IReadOnlyList<ClientConnection> Clients => _clients;

    /// <summary>Adds a client that has been accepted.</summary>
    public void Add(ClientConnection client)
    {
        client.RegistryIndex = _clients.Count;
        _clients.Add(client);
    }

    /// <summary>Removes a client; the last one takes its place.</summary>
    public void Remove(ClientConnection client)
    {
        var last = _clients[^1];
        _clients[client.RegistryIndex] = last;
        last.RegistryIndex = client.RegistryIndex;
        _clients.RemoveAt(_clients.Count - 1);
    }

    /// <summary>Closes clients whose time is over. Runs with every sweep of the loop.</summary>
    public void Sweep(ConfigSnapshot configuration)
    {
        // Backwards, because closing one moves the last, already seen, to its place.
        for (var i = _clients.Count - 1; i >= 0; i--)
        {
            Check(_clients[i], configuration);
        }
    }

    private void Check(ClientConnection client, ConfigSnapshot configuration)
    {
        switch (client.State)
        {
            case ClientState.LoggingIn or ClientState.Encrypting when IsOver(client.AcceptedAt, configuration.Options.ClientLoginTimeout):
                client.Close(ClientCloseReason.LoginTimedOut, ClientErrors.LoginTimedOut);
                break;
            case ClientState.Idle when IsOver(client.IdleSince, configuration.ClientIdleTimeoutFor(client.User)):
                client.Close(ClientCloseReason.IdleTimedOut, ClientErrors.IdleTimedOut);
                break;
            case ClientState.Active:
                CheckActive(client, configuration);
                break;
        }
    }

    private void CheckActive(ClientConnection client, ConfigSnapshot configuration)
    {
        var server = client.Server!;
        if (!server.Outstanding.IsEmpty)
        {
            // A stream has no end of its own, and a base backup may take hours.
            if (client.Replication == ReplicationKind.None && IsOver(client.RequestSince, configuration.QueryTimeoutFor(client.User)))
            {
                client.Close(ClientCloseReason.QueryTimedOut, ClientErrors.QueryTimedOut);
            }
        }
        else if (server.TransactionStatus != TransactionStatus.Idle || !server.Outstanding.IsReady)
        {
            if (IsOver(client.IdleSince, configuration.IdleTransactionTimeoutFor(client.User)))
            {
                client.Close(ClientCloseReason.IdleTransactionTimedOut, ClientErrors.IdleTransactionTimedOut);
            }
        }
        else if (IsOver(client.IdleSince, configuration.ClientIdleTimeoutFor(client.User)))
        {
            client.Close(ClientCloseReason.IdleTimedOut, ClientErrors.IdleTimedOut);
        }
    }

    private bool IsOver(long since, TimeSpan limit) =>
        limit > TimeSpan.Zero && Loop.TimeProvider.GetElapsedTime(since, Loop.Timestamp) >= limit;
}
