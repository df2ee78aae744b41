using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
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

    // libpq's asynchronous readers ask for 8 KiB and then wait for the socket: what is left inside OpenSSL would wake nobody.
    [Test, Property("Row", "B22"), Property("Row", "T15")]
    public async Task Asynchronous_libpq_gets_50_MB()
    {
        var python = Environment.GetEnvironmentVariable("PGMUX_PYTHON") ?? "/usr/bin/python3";

        await FetchAsync(python, "psycopg_fetch.py");
    }

    [Test, Property("Row", "B22"), Property("Row", "T15")]
    public async Task Ruby_gets_50_MB()
    {
        var ruby = Environment.GetEnvironmentVariable("PGMUX_RUBY");
        if (string.IsNullOrEmpty(ruby))
        {
            Assert.Ignore("ruby-pg is not there: tests/run.sh brings Debian's package");
        }

        await FetchAsync(ruby, "ruby_fetch.rb");
    }

    private async Task FetchAsync(string program, string script)
    {
        await StartTlsAsync();
        var tool = new ToolRunner(Pgmux, PostgresRole.App).With(("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", CaFile), ("PGHOST", "localhost"));

        var result = await tool.RunAsync([program, Path.Combine(AppContext.BaseDirectory, "Faults", script)]);

        Assert.That(result.Output, Is.EqualTo("52428800 bytes in 800 rows\n"), $"tests/run.sh installs the drivers\n{result}");
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
}
