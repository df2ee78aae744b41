using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Core.Parameters;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Transport;

namespace Pgmux.Core.Clients.UserLookup;

/// <summary>Finds users that auth_file does not have, by auth_query. Shared by all loops; each loop has its own queries.</summary>
internal sealed class UserLookups
{
    private readonly ClientEnvironment _environment;
    private readonly HashSet<AuthQueryFlight>[] _flights;

    public UserLookups(ClientEnvironment environment)
    {
        _environment = environment;
        var loops = environment.Pools.Environment.Loops;
        Cache = new AuthQueryCache(environment.Pools.Environment.Clock);
        _flights = [.. loops.Select(_ => new HashSet<AuthQueryFlight>())];
    }

    /// <summary>Answers, and queries under way.</summary>
    public AuthQueryCache Cache { get; }

    /// <summary>The parameters of a server of which nothing is known.</summary>
    public ParameterSet NoParameters => _environment.NoParameters;

    /// <summary>Finds the client's user; null when the client has been closed, be it because nobody could be asked.</summary>
    public async ValueTask<FoundUser?> FindAsync(ClientConnection client, AuthQuerySource source)
    {
        if (FindPool(client, source) is not { } pool)
        {
            return null;
        }

        var key = KeyOf(client, source);
        var step = Cache.Find(
            key, client, client.Configuration.Options.AuthQueryCacheAge, () => new AuthQueryFlight(key, source.Location, this, pool, client.Loop));
        return step.Known is { } known ? new FoundUser(known, IsFresh: false) : await WaitAsync(client, key, step);
    }

    /// <summary>
    /// Finds the client's user once more, as the password did not fit an answer that was given before it came. Null when the client has
    /// been closed meanwhile, or when the server was asked for this user often enough.
    /// </summary>
    public async ValueTask<FoundUser?> FindAnewAsync(ClientConnection client, AuthQuerySource source)
    {
        if (FindPool(client, source) is not { } pool)
        {
            return null;
        }

        var key = KeyOf(client, source);
        return Cache.FindAnew(key, client, () => new AuthQueryFlight(key, source.Location, this, pool, client.Loop)) is { } step
            ? await WaitAsync(client, key, step)
            : null;
    }

    /// <summary>Time limits of the queries of one loop, and of what is kept.</summary>
    public void Sweep(EventLoop loop, ConfigSnapshot configuration)
    {
        var flights = _flights[loop.Index];
        if (flights.Count > 0)
        {
            foreach (var flight in flights.ToArray())
            {
                flight.Sweep();
            }
        }

        if (loop.Index == 0)
        {
            Cache.Sweep(configuration.Options.AuthQueryCacheAge);
        }
    }

    /// <summary>A query has ended. Called on its loop.</summary>
    internal void OnAnswered(AuthQueryFlight flight, AuthQueryAnswer answer)
    {
        OnOver(flight);
        if (answer.Trouble is { } trouble)
        {
            var (file, line) = flight.Location;
            UserLookupLog.QueryFailed(_environment.Logger, file, line, flight.Key.Database, flight.Key.AuthUser, flight.Key.User, trouble);
        }

        Cache.Complete(flight, answer);
    }

    /// <summary>A query is over. Called on its loop.</summary>
    internal void OnOver(AuthQueryFlight flight) => _flights[flight.Loop.Index].Remove(flight);

    /// <summary>Stops what a server still does for a query that was given up.</summary>
    internal void CancelAbandoned(ServerConnection server) =>
        _environment.CancelForwarder.CancelAbandoned(server, _environment.Configuration.Current.Options.CancelWaitTimeout);

    private static AuthQueryKey KeyOf(ClientConnection client, AuthQuerySource source) =>
        new(source.Database, source.User, source.Query, client.User);

    // By the settings of the moment: a pool of a database that is gone would never be closed.
    private Pool? FindPool(ClientConnection client, AuthQuerySource source)
    {
        var configuration = client.Configuration;
        if (_environment.Pools.IsDisabled(source.Database))
        {
            UserLookupLog.DatabaseDisabled(_environment.Logger, client.LogName, source.Database, source.Location.File, source.Location.Line);
            client.Close(ClientCloseReason.ConfigurationError, ClientErrors.AuthenticationDatabaseDisabled(source.Database));
            return null;
        }

        if (configuration.FindDatabase(source.Database) is { } database)
        {
            return _environment.Pools.GetOrAddForAuthQuery(configuration, database, source.User);
        }

        UserLookupLog.NoSuchDatabase(_environment.Logger, client.LogName, source.Database, source.Location.File, source.Location.Line);
        client.Close(ClientCloseReason.ConfigurationError, ClientErrors.ConfigurationError);
        return null;
    }

    private async ValueTask<FoundUser?> WaitAsync(ClientConnection client, AuthQueryKey key, AuthQueryStep step)
    {
        var waiter = step.Waiter!;
        if (step.Started is { } flight)
        {
            _flights[client.Loop.Index].Add(flight);
            flight.Start();
        }

        while (waiter.Answer is null && client.State != ClientState.Closed)
        {
            await client.WaitAsync();
            client.EndWait();
        }

        if (client.State == ClientState.Closed)
        {
            if (Cache.Leave(key, waiter) is { } unwanted)
            {
                unwanted.Loop.Post(static state => ((AuthQueryFlight)state!).OnUnwanted(), unwanted);
            }

            return null;
        }

        var answer = waiter.Answer!;
        if (answer.Refusal is { } refusal)
        {
            client.Close(ClientCloseReason.NoServer, refusal);
            return null;
        }

        return new FoundUser(answer, IsFresh: true);
    }
}
