using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos;

/// <summary>A session of the console of whichever process serves: a restart ends those of the old one.</summary>
internal sealed class ChaosConsole(PgmuxProcess pgmux) : IAsyncDisposable
{
    private ConsoleClient? _now;

    /// <summary>The session.</summary>
    public ConsoleClient Now => _now ?? throw new InvalidOperationException("not connected");

    /// <summary>Opens a session with the process that serves now, and ends the one before.</summary>
    public async Task ConnectAsync()
    {
        await DisposeAsync();
        _now = await ConsoleClient.ConnectAsync(pgmux);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _now?.DisposeAsync() ?? default;
}
