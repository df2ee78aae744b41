using System.Globalization;
using Pgmux.Integration.Tests.Logins;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Memory;

/// <summary>Handshakes that fail, again and again.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class TlsHandshakeTests(int postgres) : ClientTlsFixture(postgres)
{
    private const string CountVariable = "PGMUX_FAILED_HANDSHAKES";
    private const string UsualCount = "20000";
    private const int WarmUp = 10_000;
    private const int Clients = 8;

    /// <summary>Where OpenSSL has made something of the handshake before it fails: a whole hello and then nonsense.</summary>
    private static readonly byte[] Nonsense = [0x17, 3, 3, 0, 4, 1, 2, 3, 4];

    /// <summary>PGMUX_FAILED_HANDSHAKES makes it longer: 100,000 take a minute.</summary>
    [Test, Property("Row", "B29")]
    public async Task Many_failed_handshakes_leave_nothing_behind()
    {
        var failures = int.Parse(Environment.GetEnvironmentVariable(CountVariable) ?? UsualCount, CultureInfo.InvariantCulture);
        var hello = await ClientHello.CreateAsync();
        await StartTlsAsync(("client_tls_sslmode", "require"), ("max_client_conn", "1000"));
        await FailAsync(WarmUp, hello);
        var before = Pgmux.ReadCounters();
        await FailAsync(failures, hello);
        await Eventually.HoldsAsync(() => Task.FromResult(Pgmux.ReadCounters().Sockets <= before.Sockets), "the descriptors are returned");
        var after = Pgmux.ReadCounters();

        await TestContext.Out.WriteLineAsync($"{before.ResidentBytes >> 20} MiB before, {after.ResidentBytes >> 20} MiB after");

        // A KiB kept of each would be more; the heap breathes by about as much.
        Assert.That(after.ResidentBytes - before.ResidentBytes, Is.LessThan(16 << 20));
        Assert.That(Pgmux.Log.Lines, Has.Some.Contains("TLS handshake failed"));
    }

    private Task FailAsync(int count, byte[] hello)
    {
        var left = count;
        return Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            for (int number; (number = Interlocked.Decrement(ref left)) >= 0;)
            {
                await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
                await client.SendAsync(RawMessages.SslRequest());
                if (await client.ReadByteAsync() != 'S')
                {
                    throw new InvalidOperationException("the server has not said S");
                }

                // One in ten takes OpenSSL's whole work of the first flight.
                await client.TrySendAsync(number % 10 == 0 ? [.. hello, .. Nonsense] : Nonsense);
                while (await client.ReadByteAsync() is not null)
                {
                    // The server's part of the handshake and its alert.
                }
            }
        })));
    }
}
