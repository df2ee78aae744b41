using System.Globalization;
using System.Net;

namespace Pgmux.Testing.Chaos.Load;

/// <summary>What the actions of one load client share.</summary>
internal sealed class LoadContext(EndPoint endPoint, string client, TransferLedger ledger, ChaosReport report, Random random)
{
    private long _nonces;
    private long _sessions;

    public TransferLedger Ledger => ledger;

    public ChaosReport Report => report;

    public Random Random => random;

    /// <summary>A text that this run has never seen.</summary>
    public string Nonce() => string.Create(CultureInfo.InvariantCulture, $"{client} {++_nonces} {random.Next():x8}");

    public Task<LoadSession> LoginAsync() =>
        LoadSession.LoginAsync(endPoint, string.Create(CultureInfo.InvariantCulture, $"{client}.{++_sessions}"), report);

    public Task<TimeSpan> PauseAsync(int mostMilliseconds) => PauseAsync(TimeSpan.FromMilliseconds(random.Next(mostMilliseconds + 1)));

    // A client's own pace is part of the load; nothing waits for it.
    private static async Task<TimeSpan> PauseAsync(TimeSpan time)
    {
        await Task.Delay(time);
        return time;
    }
}
