using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Pgmux.Integration.Tests.Logins;
using Pgmux.Testing.OpenSsl;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>What may go wrong inside TLS when the handshake is over, and sessions that go on.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class TlsFaultTests(int postgres) : ClientTlsFixture(postgres)
{
    private const int Megabyte = 1 << 20;

    // The server's answer to a request for new keys stands behind 100 MB that nobody reads, and must not stop what comes after it.
    [Test, Property("Row", "B20"), Property("Row", "T05")]
    public async Task New_keys_that_are_asked_for_while_a_large_result_is_not_read_stop_nothing()
    {
        const int Megabytes = 100;
        await StartTlsAsync();
        await Task.Run(() =>
        {
            using var client = OpenSslClient.LogIn(Pgmux.TcpEndPoint, new OpenSslOptions { MinimumVersion = OpenSslOptions.Tls13 });
            client.Write(RawMessages.Query($"SELECT repeat('x', {Megabyte}) FROM generate_series(1, {Megabytes})"));
            for (var i = 0; i < 100; i++)
            {
                client.UpdateKeys();
            }

            client.Write(RawMessages.Query("SELECT 'behind it'"));
            var bytes = client.ReadToReady().Where(message => message.Type == 'D').Sum(row => (long)row.Columns()[0]!.Length);
            Assert.That(bytes, Is.EqualTo((long)Megabytes * Megabyte));
            Assert.That(client.ReadToReady().Single(message => message.Type == 'D').Columns()[0], Is.EqualTo("behind it"));
        });
    }

    [Test, Property("Row", "T05")]
    public async Task A_flood_of_new_keys_costs_nobody_anything()
    {
        const int Updates = 20_000;
        await StartTlsAsync();
        await using var canary = await Canary.StartAsync(Pgmux, "app", "app");
        await Task.Run(() =>
        {
            using var client = OpenSslClient.LogIn(Pgmux.TcpEndPoint, new OpenSslOptions { MinimumVersion = OpenSslOptions.Tls13 });
            var before = Pgmux.ReadCounters().ResidentBytes;
            for (var i = 0; i < Updates; i++)
            {
                client.UpdateKeys();
                if (i % 1000 == 0)
                {
                    Assert.That(client.Scalar($"SELECT {i}"), Is.EqualTo($"{i}"));
                }
            }

            Assert.That(Pgmux.ReadCounters().ResidentBytes - before, Is.LessThan(16 * Megabyte));
        });
    }

    [Test, Property("Row", "T05")]
    public async Task Another_handshake_in_the_middle_is_refused()
    {
        await StartTlsAsync();
        await using var canary = await Canary.StartAsync(Pgmux, "app", "app");
        await Task.Run(() =>
        {
            using var client = OpenSslClient.LogIn(Pgmux.TcpEndPoint, new OpenSslOptions { MaximumVersion = OpenSslOptions.Tls12 });
            Assert.That(client.Scalar("SELECT 1"), Is.EqualTo("1"));
            Assert.Throws<OpenSslException>(client.Renegotiate);
        });
    }

    [TestCase(OpenSslOptions.Tls12)]
    [TestCase(OpenSslOptions.Tls13)]
    [Property("Row", "T05")]
    public async Task A_client_may_go_on_with_a_session_and_sends_nothing_before_its_handshake_is_over(int version)
    {
        await StartTlsAsync();
        await Task.Run(() =>
        {
            var options = new OpenSslOptions { MinimumVersion = version, MaximumVersion = version };
            using var first = OpenSslClient.LogIn(Pgmux.TcpEndPoint, options);
            using var session = first.TakeSession();
            using var second = OpenSslClient.LogIn(Pgmux.TcpEndPoint, options with { Session = session });

            Assert.That((first.IsResumed, second.IsResumed), Is.EqualTo((false, true)));
            Assert.That(session.MostEarlyDataBytes, Is.Zero);
            Assert.That(second.Scalar("SELECT 'resumed'"), Is.EqualTo("resumed"));
        });
    }

    // What comes in a record that is cut, or before an end that TLS has not told, is no complete message.
    [TestCase(false)]
    [TestCase(true)]
    [Property("Row", "T04")]
    public async Task A_statement_whose_record_is_cut_is_not_run_and_its_client_is_gone(bool resets)
    {
        await StartTlsAsync();
        await using var console = await ConsoleAsync();
        await using (var setup = await LoginAsync())
        {
            await setup.QueryAsync("CREATE TABLE IF NOT EXISTS t04 (n int); TRUNCATE t04");
        }

        var statement = RawMessages.Query($"INSERT INTO t04 VALUES (1) -- {new string('x', 5000)}");
        foreach (var cut in new[] { 1, 5, 100, statement.Length, statement.Length + 20 })
        {
            var (tls, link) = await LogInCutAsync();
            link.CutAfter(cut, resets);
            Assert.That(async () => await tls.WriteAsync(statement), Throws.InstanceOf<IOException>());
            await tls.DisposeAsync();
        }

        await Eventually.HoldsAsync(async () => (await console.CountAsync()).Clients == 0, "no client is left");
        await using var check = await LoginAsync();
        Assert.That(await check.ScalarAsync("SELECT count(*) FROM t04"), Is.EqualTo("0"));
    }

    [TestCase(OpenSslOptions.Tls12)]
    [TestCase(OpenSslOptions.Tls13)]
    [Property("Row", "T04")]
    public async Task The_end_is_told_by_TLS_when_a_client_says_goodbye_or_is_refused(int version)
    {
        await StartTlsAsync();
        await Task.Run(() =>
        {
            var options = new OpenSslOptions { MinimumVersion = version, MaximumVersion = version };
            using var leaving = OpenSslClient.LogIn(Pgmux.TcpEndPoint, options);
            leaving.Write(RawMessages.Terminate());
            Assert.That(leaving.ReadToToldEnd(), Is.True);

            using var refused = OpenSslClient.Connect(Pgmux.TcpEndPoint, options);
            refused.Write(RawMessages.Startup(("user", "nobody"), ("database", "app")));
            Assert.That(refused.ReadMessage().ToString(), Does.Contain("\"trust\" authentication failed"));
            Assert.That(refused.ReadToToldEnd(), Is.True);
        });
    }

    [Test, Property("Row", "T04")]
    public async Task A_client_that_closes_in_the_middle_without_a_word_leaves_nothing_behind()
    {
        await StartTlsAsync();
        await using var console = await ConsoleAsync();
        await Task.Run(() =>
        {
            foreach (var inTransaction in new[] { false, true })
            {
                var client = OpenSslClient.LogIn(Pgmux.TcpEndPoint, new OpenSslOptions());
                client.Scalar(inTransaction ? "BEGIN; SELECT 1" : "SELECT 1");
                client.Socket.Close();
                client.Dispose();
            }
        });

        await Eventually.HoldsAsync(async () => (await console.CountAsync()).Clients == 0, "no client is left");
        await using var next = await LoginAsync();
        Assert.That(await next.ScalarAsync("SELECT pg_current_xact_id_if_assigned() IS NULL"), Is.EqualTo("t"));
    }

    private async Task<(SslStream Tls, CutStream Link)> LogInCutAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Pgmux.TcpEndPoint);
        await socket.SendAsync(RawMessages.SslRequest());
        var answer = new byte[1];
        Assert.That(await socket.ReceiveAsync(answer), Is.EqualTo(1));
        var link = new CutStream(socket);
        var tls = new SslStream(link);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            EnabledSslProtocols = SslProtocols.Tls13,
        });
        await tls.WriteAsync(RawMessages.Startup(("user", "app"), ("database", "app")));
        var buffer = new byte[4096];
        for (var welcome = ""; !welcome.EndsWith("Z\0\0\0\u0005I", StringComparison.Ordinal);)
        {
            var read = await tls.ReadAsync(buffer);
            Assert.That(read, Is.Positive, welcome);
            welcome += System.Text.Encoding.Latin1.GetString(buffer, 0, read);
        }

        return (tls, link);
    }
}
