using System.Buffers.Binary;
using System.Net;
using Pgmux.Core.Cancellation;
using Pgmux.Core.Clients;
using Pgmux.Core.Configuration;
using Pgmux.Core.Parameters;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Transport;

namespace Pgmux.Core.Handover;

/// <summary>Goes on with clients that another process has written down.</summary>
internal sealed class ClientAdoption(ClientEnvironment environment)
{
    /// <summary>
    /// Takes a socket: its client is parked on this loop from now on, as if it had logged in here. Limits of clients are not asked: it was let
    /// in. When its database is none any more it is told so and closed, as a reload would do it. On the loop.
    /// </summary>
    /// <returns>Why it cannot be served, and is closed without a word; null when all is well.</returns>
    public string? TryTake(EventLoop loop, int descriptor, ParkedClient parked)
    {
        TransportConnection? transport = null;
        try
        {
            transport = loop.Adopt(descriptor, ServerTarget.Tuning(environment.Configuration.Current.Options));
            Take(transport, parked);
            return null;
        }
        catch (Exception failure)
        {
            // What is wrong with it, or with us, costs this client, not those that follow.
            transport?.Abort();
            return failure.Message;
        }
    }

    private void Take(TransportConnection transport, ParkedClient parked)
    {
        var clock = transport.Loop.TimeProvider;
        var age = TimeSpan.FromMilliseconds(parked.AgeMilliseconds);
        var client = new ClientConnection(environment.Pools.Environment.NextId(), transport, environment)
        {
            AcceptedAt = transport.Loop.Timestamp - (long)(age.TotalSeconds * clock.TimestampFrequency),
            HasLongCancelKey = parked.HasLongCancelKey,
        };
        client.OnProxied(parked.Proxied is { } proxied ? IPEndPoint.Parse(proxied) : null);
        client.OnIdentified(parked.Database, parked.User);
        environment.Add(client);
        if (environment.Configuration.Current.FindDatabase(parked.Database) is not { } database)
        {
            client.Close(ClientCloseReason.DatabaseRemoved, ClientErrors.DatabaseRemoved);
            return;
        }

        Enter(client, database);
        var (values, startup) = ParametersOf(parked);
        client.OnLoggedIn(environment.ParameterSets.Intern(values), environment.ParameterSets.Intern(startup));
        environment.Cancels.Add(client, KeyOf(parked));
        if (!TryTakeStatements(client, parked.Statements))
        {
            client.Close(ClientCloseReason.InternalError, ClientErrors.NoRoomForStatement);
            return;
        }

        _ = client.RunAsync();
    }

    private void Enter(ClientConnection client, DatabaseOptions database)
    {
        environment.Ledger.Add(new PoolKey(database.Name, client.User), maximumOfDatabase: 0, maximumOfUser: 0);
        client.OnCounted(database);
        var pool = environment.Pools.Enter(environment.Configuration.Current, database, client.User);
        client.OnPoolEntered(pool);
        if (pool.Key == client.LedgerEntry)
        {
            client.ShareNames(pool.Key);
        }
    }

    // What is not tracked here any more follows the client no longer, as after any restart with such a change.
    private (ParameterSet Values, ParameterSet Startup) ParametersOf(ParkedClient parked)
    {
        var values = environment.NoParameters;
        var startup = environment.NoParameters;
        foreach (var parameter in parked.Parameters)
        {
            if (environment.Tracked.IndexOf(parameter.Name) is var index and >= 0)
            {
                values = values.With(index, parameter.Value);
                startup = startup.With(index, parameter.StartupValue);
            }
        }

        return (values, startup);
    }

    private static CancelKey KeyOf(ParkedClient parked) => parked.CancelSecret.Length == sizeof(uint)
        ? new CancelKey(parked.CancelProcessId, BinaryPrimitives.ReadUInt32BigEndian(parked.CancelSecret), null)
        : new CancelKey(parked.CancelProcessId, 0, parked.CancelSecret);

    private bool TryTakeStatements(ClientConnection client, IReadOnlyList<ParkedStatement> parked)
    {
        var registry = environment.Statements.Registry;
        foreach (var entry in parked)
        {
            var level = entry.IsSql ? StatementLevel.Sql : StatementLevel.Protocol;
            var statement = entry.IsShared
                ? registry.Intern(level, entry.Definition)
                : registry.CreateUnshared(level, entry.Definition, commands: null);
            if (statement is null)
            {
                return false;
            }

            client.MakeStatements().GetOrAdd(entry.Name, statement).Binding.Set(statement, StatementHolder.Client);

            // The registry has counted whoever asked; the name has been counted beside it.
            statement.Release(StatementHolder.Client);
        }

        return true;
    }
}
