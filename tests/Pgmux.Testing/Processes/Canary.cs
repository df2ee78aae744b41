using System.Globalization;

namespace Pgmux.Testing.Processes;

/// <summary>
/// A client of another user that runs queries all the time while a test does harm elsewhere. It must never see an error, nor an answer
/// that is not its own.
/// </summary>
internal sealed class Canary : IAsyncDisposable
{
    private readonly RawClient _client;
    private readonly Task _song;
    private volatile bool _isStopping;

    private Canary(RawClient client)
    {
        _client = client;
        _song = SingAsync();
    }

    public static async Task<Canary> StartAsync(PgmuxProcess pgmux, string user, string database) =>
        new(await RawClient.LoginAsync(pgmux.TcpEndPoint, user, database));

    /// <summary>Ends the song; what went wrong in it fails the test here.</summary>
    public async Task StopAsync()
    {
        _isStopping = true;
        await _song;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _client.DisposeAsync();
    }

    private async Task SingAsync()
    {
        for (var verse = 0; !_isStopping; verse++)
        {
            // The pause is the server's, so that the canary leaves the processor to the others.
            var nonce = string.Create(CultureInfo.InvariantCulture, $"canary {verse}");
            var answer = await _client.ScalarAsync($"SELECT '{nonce}' FROM pg_sleep(0.005)");
            if (answer != nonce)
            {
                throw new InvalidOperationException($"the canary asked for '{nonce}' and got '{answer}'");
            }
        }
    }
}
