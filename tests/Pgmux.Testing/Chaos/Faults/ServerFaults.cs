using System.ComponentModel;
using Npgsql;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos.Faults;

/// <summary>What happens to PostgreSQL and its backends.</summary>
internal sealed class ServerFaults(PostgresCluster cluster)
{
    private const string OfTheApplication = "backend_type = 'client backend' AND usename = 'app'";

    public Task TerminateAsync(Random random) => cluster.QueryAsync<long>(
        $"SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity WHERE {OfTheApplication} ORDER BY random() LIMIT {random.Next(1, 8)}) AS chosen");

    public async Task CrashAsync()
    {
        if (await AnyBackendAsync() is { } backend)
        {
            Signal(backend, UnixSignal.Kill);
            await WaitUntilAcceptingAsync();
        }
    }

    public async Task StopOneAsync(TimeSpan time)
    {
        if (await AnyBackendAsync() is not { } backend)
        {
            return;
        }

        Signal(backend, UnixSignal.Stop);
        try
        {
            await Task.Delay(time);
        }
        finally
        {
            Signal(backend, UnixSignal.Continue);
        }
    }

    public Task RestartAsync(bool immediately) => cluster.RestartAsync(immediately);

    public Task WaitUntilAcceptingAsync() => Eventually.HoldsAsync(
        async () =>
        {
            try
            {
                return await cluster.QueryAsync<bool>("SELECT NOT pg_is_in_recovery()");
            }
            catch (NpgsqlException)
            {
                // Refused, or ended, while PostgreSQL recovers.
                return false;
            }
        },
        "PostgreSQL accepts connections");

    /// <summary>A backend that is at work, if there is one.</summary>
    private async Task<int?> AnyBackendAsync()
    {
        var backend = await cluster.QueryAsync<int>(
            $"SELECT coalesce((SELECT pid FROM pg_stat_activity WHERE {OfTheApplication} ORDER BY state = 'active' DESC, random() LIMIT 1), 0)");
        return backend == 0 ? null : backend;
    }

    private static void Signal(int backend, UnixSignal signal)
    {
        try
        {
            SignalSender.Send(backend, signal);
        }
        catch (Win32Exception)
        {
            // It has ended meanwhile.
        }
    }
}
