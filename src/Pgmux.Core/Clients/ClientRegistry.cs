using Pgmux.Core.Configuration;
using Pgmux.Core.Pooling;
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
            case ClientState.LoggingIn or ClientState.Waiting when client.QueuedSince is { } since:
                CheckWaiting(client, since, configuration);
                break;
            case ClientState.Idle when IsOver(client.IdleSince, configuration.ClientIdleTimeoutFor(client.User)):
                client.Close(ClientCloseReason.IdleTimedOut, ClientErrors.IdleTimedOut);
                break;
            case ClientState.Active:
                CheckActive(client, configuration);
                break;
        }
    }

    private void CheckWaiting(ClientConnection client, long since, ConfigSnapshot configuration)
    {
        // PgBouncer's order; its query_timeout of a user counts on a server only.
        var options = configuration.Options;
        if (client.State == ClientState.Waiting && IsOver(since, options.QueryTimeout))
        {
            client.Close(ClientCloseReason.QueryTimedOutInQueue, ClientErrors.QueryTimedOutInQueue);
        }
        else if (IsOver(since, configuration.QueryWaitTimeoutFor(client.Pool!.Policy.Database, client.User)))
        {
            client.Close(ClientCloseReason.WaitTimedOut, ClientErrors.For(LeaseOutcome.WaitTimedOut, null));
        }
        else if (client.IsWelcomed && IsOver(since, options.QueryWaitNotify))
        {
            client.TellThatItWaits();
        }
    }

    // PgBouncer's rules, for replication too: a query may take so long after its client's last message, and who receives a stream confirms
    // what has come in messages of its own.
    private void CheckActive(ClientConnection client, ConfigSnapshot configuration)
    {
        var server = client.Server!;
        var isBusy = !server.Outstanding.IsEmpty;
        if (!isBusy && server.TransactionStatus == TransactionStatus.Idle && server.Outstanding.IsReady)
        {
            if (IsOver(client.IdleSince, configuration.ClientIdleTimeoutFor(client.User)))
            {
                client.Close(ClientCloseReason.IdleTimedOut, ClientErrors.IdleTimedOut);
            }
        }
        else if (isBusy && IsOver(client.MessageSince, configuration.QueryTimeoutFor(client.User)))
        {
            client.Close(ClientCloseReason.QueryTimedOut, ClientErrors.QueryTimedOut);
        }
        else if (!isBusy && IsOver(client.IdleSince, configuration.IdleTransactionTimeoutFor(client.User)))
        {
            client.Close(ClientCloseReason.IdleTransactionTimedOut, ClientErrors.IdleTransactionTimedOut);
        }
        else if (IsOver(client.TransactionSince, configuration.TransactionTimeoutFor(client.User)))
        {
            client.Close(ClientCloseReason.TransactionTimedOut, ClientErrors.TransactionTimedOut);
        }
    }

    private bool IsOver(long since, TimeSpan limit) =>
        limit > TimeSpan.Zero && Loop.TimeProvider.GetElapsedTime(since, Loop.Timestamp) >= limit;
}
