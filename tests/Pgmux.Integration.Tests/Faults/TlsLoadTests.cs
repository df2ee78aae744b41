using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Integration.Tests.Logins;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>Many handshakes, and much data inside TLS.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class TlsLoadTests(int postgres) : ClientTlsFixture(postgres)
{
    private const int Clients = 8;

    [Test, Property("Row", "T07")]
    public async Task Other_certificates_at_every_RELOAD_fail_no_handshake()
    {
        const int Reloads = 40;
        Authority.Sign("localhost", "localhost").Write(Folder, "changing");
        await StartFreshAsync(Settings(
            ("client_tls_cert_file", Folder.File("changing.crt")), ("client_tls_key_file", Folder.File("changing.key"))));
        await using var console = await ConsoleAsync();
        using var end = new CancellationTokenSource();
        var shown = 0;
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            HashSet<string> names = [];
            while (!end.IsCancellationRequested)
            {
                await using var tls = await HandshakeAsync();
                names.Add(tls.RemoteCertificate!.Subject);
                Interlocked.Increment(ref shown);
            }

            return names;
        })).ToArray();
        for (var reload = 0; reload < Reloads; reload++)
        {
            var before = Volatile.Read(ref shown);
            Authority.Sign($"generation {reload}", "localhost").Write(Folder, "changing");
            Assert.That(string.Join(' ', await console.SendAsync("RELOAD")), Is.EqualTo("C(RELOAD) Z(I)"));
            await Eventually.HoldsAsync(
                () => Task.FromResult(Volatile.Read(ref shown) > before + Clients || clients.Any(client => client.IsFaulted)), "handshakes go on");
        }

        await end.CancelAsync();
        var seen = (await Task.WhenAll(clients)).SelectMany(names => names).Distinct().Count();
        await TestContext.Out.WriteLineAsync($"{shown} handshakes with {seen} certificates");
        Assert.That(seen, Is.GreaterThan(Reloads / 2));
    }

    // How fast others are served depends on who else uses the machine: the canary's p99 under load stands against its own without.
    [Test, Property("Row", "T14"), NonParallelizable]
    public async Task Queries_go_on_while_others_shake_hands_with_RSA()
    {
        const int Handshakes = 1500;
        WriteRsa();
        await StartFreshAsync(Settings(("client_tls_cert_file", Folder.File("rsa.crt")), ("client_tls_key_file", Folder.File("rsa.key"))));
        await using var canary = await LoginAsync();
        var alone = await TimesAsync(canary, static () => true, 300);
        var left = Handshakes;
        var load = Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await (await HandshakeAsync()).DisposeAsync();
            }
        })).ToArray();
        var began = Stopwatch.GetTimestamp();
        var crowded = await TimesAsync(canary, () => !load.All(task => task.IsCompleted), int.MaxValue);
        await Task.WhenAll(load);

        await TestContext.Out.WriteLineAsync(
            $"{Handshakes / Stopwatch.GetElapsedTime(began).TotalSeconds:F0} handshakes a second; p99 {Worst(alone)} alone, {Worst(crowded)} beside them, of {crowded.Count} queries");
        Assert.That(crowded, Has.Count.GreaterThan(20));
        Assert.That(Worst(crowded), Is.LessThan((3 * Worst(alone)) + TimeSpan.FromMilliseconds(20)), "a turn of the loop holds some handshakes of 1 ms at most");
    }

    // libpq's asynchronous readers ask for 8 KiB and then wait for the socket: what is left inside OpenSSL would wake nobody.
    [Test, Property("Row", "B22"), Property("Row", "T15")]
    public async Task Asynchronous_libpq_gets_50_MB()
    {
        await StartTlsAsync();
        var python = Environment.GetEnvironmentVariable("PGMUX_PYTHON") ?? "/usr/bin/python3";
        var tool = new ToolRunner(Pgmux, PostgresRole.App).With(("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", CaFile), ("PGHOST", "localhost"));

        var result = await tool.RunAsync([python, Path.Combine(AppContext.BaseDirectory, "Faults", "psycopg_fetch.py")]);

        Assert.That(result.Output, Is.EqualTo("52428800 bytes in 800 rows\n"), $"tests/run.sh installs psycopg\n{result}");
    }

    private async Task<SslStream> HandshakeAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Pgmux.TcpEndPoint);
        await socket.SendAsync(RawMessages.SslRequest());
        var answer = new byte[1];
        if (await socket.ReceiveAsync(answer) != 1 || answer[0] != (byte)'S')
        {
            throw new IOException("the server has not said S");
        }

        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
        });
        return tls;
    }

    private void WriteRsa()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Folder.Write("rsa.crt", certificate.ExportCertificatePem());
        Folder.Write("rsa.key", key.ExportPkcs8PrivateKeyPem());
    }

    private static async Task<List<TimeSpan>> TimesAsync(RawClient client, Func<bool> goesOn, int most)
    {
        var times = new List<TimeSpan>();
        while (goesOn() && times.Count < most)
        {
            var began = Stopwatch.GetTimestamp();
            await client.ScalarAsync("SELECT 1");
            times.Add(Stopwatch.GetElapsedTime(began));
        }

        return times;
    }

    // p99.
    private static TimeSpan Worst(List<TimeSpan> times) => times.Order().ElementAt(times.Count * 99 / 100);
}
