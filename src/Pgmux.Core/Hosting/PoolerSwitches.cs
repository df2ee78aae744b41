using Pgmux.Core.Admin;
using Pgmux.Core.Clients;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Hosting;

/// <summary>Stops and starts service of the multiplexer.</summary>
internal sealed class PoolerSwitches(Multiplexer multiplexer) : IPoolerSwitches
{
    /// <inheritdoc/>
    public bool IsShuttingDown => multiplexer.Clients.IsShuttingDown;

    /// <inheritdoc/>
    public bool IsPaused => multiplexer.Pools.IsPaused;

    /// <inheritdoc/>
    public bool IsSuspended => multiplexer.Suspension.IsBegun;

    /// <inheritdoc/>
    public bool IsAtRest => multiplexer.Suspension.IsComplete;

    /// <inheritdoc/>
    public bool HasPausedDatabase => multiplexer.Pools.HasPausedDatabase;

    /// <inheritdoc/>
    public bool HasDatabase(string name) =>
        ConfigSnapshot.IsConsole(name) || multiplexer.Configuration.Current.FindDatabase(name) is not null;

    /// <inheritdoc/>
    public bool IsQuiet(string? database) => multiplexer.Pools.Of(database).All(pool => pool.IsDrained);

    /// <inheritdoc/>
    public bool IsTidy(string? database) => !multiplexer.Pools.Of(database).Any(pool => pool.HasRetired);

    /// <inheritdoc/>
    public bool TryPause() => !IsSuspended && multiplexer.Pools.TrySetPaused(isPaused: true);

    /// <inheritdoc/>
    public bool TrySuspend() => !IsPaused && multiplexer.Suspension.TryBegin();

    /// <inheritdoc/>
    public bool TryResume() => multiplexer.Suspension.TryEnd() || multiplexer.Pools.TrySetPaused(isPaused: false);

    /// <inheritdoc/>
    public void Pause(string database) => multiplexer.Pools.TrySetPaused(database, isPaused: true);

    /// <inheritdoc/>
    public bool TryResume(string database) => multiplexer.Pools.TrySetPaused(database, isPaused: false);

    /// <inheritdoc/>
    public void SetDisabled(string database, bool isDisabled) => multiplexer.Pools.SetDisabled(database, isDisabled);

    /// <inheritdoc/>
    public void Reconnect(string? database)
    {
        foreach (var pool in multiplexer.Pools.Of(database))
        {
            pool.Reconnect();
        }
    }

    /// <inheritdoc/>
    public void Kill(string? database)
    {
        foreach (var name in database is null ? multiplexer.Pools.All.Select(pool => pool.Key.Database).Distinct() : [database])
        {
            Pause(name);
        }

        multiplexer.CloseClientsOf([.. multiplexer.Pools.Of(database)]);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryKillClientAsync(ulong id)
    {
        foreach (var registry in multiplexer.Clients.Registries)
        {
            if (await LoopQuestion<bool>.AskAsync(registry.Loop, () => TryKill(registry, id)))
            {
                return true;
            }
        }

        return false;
    }

    // One that has not logged in is not found, as in PgBouncer: it has no line in SHOW CLIENTS that would tell its number.
    private static bool TryKill(ClientRegistry registry, ulong id)
    {
        var found = registry.Clients.FirstOrDefault(client => (ulong)client.Id == id && (client.Pool is not null || client.State == ClientState.Console));
        found?.Close(ClientCloseReason.Killed, ClientErrors.Killed);
        return found is not null;
    }
}
