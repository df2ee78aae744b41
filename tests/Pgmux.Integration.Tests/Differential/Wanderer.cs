using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Differential;

/// <summary>
/// Two clients that keep one of a pool's two servers busy, in turns: whoever else uses the pool finds the other server with each
/// transaction.
/// </summary>
internal sealed class Wanderer : IAsyncDisposable
{
    private RawClient _holder;
    private RawClient _other;

    private Wanderer(RawClient holder, RawClient other)
    {
        _holder = holder;
        _other = other;
    }

    public static async Task<Wanderer> StartAsync(Func<Task<RawClient>> login)
    {
        var wanderer = new Wanderer(await login(), await login());
        await wanderer._holder.QueryAsync("BEGIN");
        return wanderer;
    }

    /// <summary>Takes the free server and leaves the other.</summary>
    public async Task MoveAsync()
    {
        await _other.QueryAsync("BEGIN");
        await _holder.QueryAsync("COMMIT");
        (_holder, _other) = (_other, _holder);
    }

    public async ValueTask DisposeAsync()
    {
        await _holder.DisposeAsync();
        await _other.DisposeAsync();
    }
}
