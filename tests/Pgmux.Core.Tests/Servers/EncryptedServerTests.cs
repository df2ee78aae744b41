using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;
using Pgmux.Transport.Tls;

namespace Pgmux.Core.Tests.Servers;

/// <summary>What encryption must not change on connections to servers: what is clean, what is noticed, what costs memory.</summary>
[TestFixture]
internal sealed class EncryptedServerTests
{
    private const int Port = 5433;
    private const int Rounds = 2_000;

    private readonly TestAuthority _authority = new("servers");
    private X509Certificate2 _certificate = null!;

    [OneTimeSetUp]
    public void SignCertificate() => _certificate = _authority.Sign("127.0.0.1", "127.0.0.1").ToCertificate();

    [OneTimeTearDown]
    public void DisposeCertificate()
    {
        _certificate.Dispose();
        _authority.Dispose();
    }

    // Records are decrypted whole: what is left of one, and what lies encrypted behind it in the stream, shows on no socket.
    [TestCase(1)]
    [TestCase(8 * 1024)]
    [TestCase(100 * 1024)]
    [Property("Row", "N06")]
    public void A_server_that_has_said_more_than_it_was_asked_for_is_not_lent_again(int bytes)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        mux.IsLeftBroken = true;
        Encrypt(mux);
        var (first, second) = (mux.Login(), mux.Login());
        var server = mux.Postgres.Single;
        server.IsAutomatic = false;
        first.Send(RawMessages.Query("SELECT a"));
        mux.Postgres.IsAutomatic = true;
        server.Send([.. Replies.Value("a"), .. Replies.ReadyForQuery(), .. Replies.DataRow(new string('x', bytes))]);

        Assert.That(first.Take(), Does.StartWith("T D(a) C(SELECT 1) Z(I)").And.Not.Contain("x"));
        mux.Advance(20);
        Assert.That(second.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Property("Row", "T04")]
    public void A_server_whose_link_breaks_or_closes_while_it_is_idle_is_replaced(bool resets)
    {
        using var mux = TestMux.Start();
        Encrypt(mux);
        var client = mux.Login();
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        if (resets)
        {
            mux.Postgres.Single.Reset();
        }
        else
        {
            mux.Postgres.Single.Close();
        }

        mux.Advance(20);

        Assert.That(client.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Property("Row", "T04")]
    public void A_reply_that_is_cut_by_the_end_of_the_link_is_not_taken_for_whole(bool resets)
    {
        using var mux = TestMux.Start();
        Encrypt(mux);
        var client = mux.Login();
        client.Query("SELECT a");
        var server = mux.Postgres.Single;
        server.IsAutomatic = false;
        client.Send(RawMessages.Query("SELECT b"));
        server.Send([.. Replies.RowDescription(), .. Replies.DataRow("half of it")[..8]]);
        if (resets)
        {
            server.Reset();
        }
        else
        {
            server.Close();
        }

        Assert.That(client.Take(), Does.EndWith("EOF").And.Not.Contain("D(").And.Not.Contain("Z("));
    }

    [Test, Property("Row", "N11")]
    public void A_request_over_an_encrypted_server_and_its_reply_allocate_nothing()
    {
        byte[] reply = [.. Replies.Value("a"), .. Replies.ReadyForQuery()];
        var request = RawMessages.Query("SELECT a");
        using var mux = TestMux.Start(TestMux.SettingsOf(("server_tls_sslmode", "require")) with
        {
            Databases = new Dictionary<string, string> { ["db"] = $"host=127.0.0.1 port={Port}" },
        });
        mux.IsLeftBroken = true;
        var outside = mux.Network.Loops[^1];
        outside.Listen(
            new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, Port) }, transport => _ = ServeAsync(transport, request.Length, reply));
        long allocated = 0;
        mux.Network.Run(outside, async () =>
        {
            var client = await LogInAsync(outside);
            await RoundTripsAsync(client, request, reply.Length);
            var before = GC.GetAllocatedBytesForCurrentThread();
            await RoundTripsAsync(client, request, reply.Length);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            client.Close();
        });

        // The state machine of the last call, and what the tiers of the compiler do meanwhile; the fake server's end is counted, too.
        Assert.That(allocated, Is.LessThan(Rounds / 2));
    }

    private void Encrypt(TestMux mux) => mux.Postgres.Tls = new SslServerAuthenticationOptions { ServerCertificate = _certificate };

    private static async Task<TransportConnection> LogInAsync(SimulatedLoop loop)
    {
        var client = await loop.ConnectAsync(new ConnectOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 6432) }, CancellationToken.None);
        client.Output.Write(RawMessages.Startup(("user", "alice"), ("database", "db")));
        await client.Output.FlushAsync();
        var welcome = new MessageStream();
        while (true)
        {
            var result = await client.Input.ReadAsync();
            welcome.Append(result.Buffer.ToArray());
            client.Input.AdvanceTo(result.Buffer.End);
            while (welcome.TryTake(out var message))
            {
                if (message.Type == 'Z')
                {
                    return client;
                }
            }
        }
    }

    private static async Task RoundTripsAsync(TransportConnection client, byte[] request, int replyBytes)
    {
        for (var round = 0; round < Rounds; round++)
        {
            client.Output.Write(request);
            await client.Output.FlushAsync();
            for (var received = 0; received < replyBytes;)
            {
                var result = await client.Input.ReadAsync();
                received += (int)result.Buffer.Length;
                client.Input.AdvanceTo(result.Buffer.End);
            }
        }
    }

    // A server that knows one request and one reply, and says yes to TLS.
    private async Task ServeAsync(TransportConnection clear, int requestBytes, byte[] reply)
    {
        var asked = await clear.Input.ReadAsync();
        clear.Input.AdvanceTo(asked.Buffer.End);
        clear.Output.Write("S"u8);
        await clear.Output.FlushAsync();
        var transport = await TlsHandshake.AcceptAsync(clear, new SslServerAuthenticationOptions { ServerCertificate = _certificate }, new TlsTuning());
        var result = await transport.Input.ReadAsync();
        transport.Input.AdvanceTo(result.Buffer.End);
        transport.Output.Write([.. Replies.AuthenticationOk(), .. Replies.BackendKeyData(1, new byte[4]), .. Replies.ReadyForQuery()]);
        await transport.Output.FlushAsync();
        for (long received = 0; ;)
        {
            result = await transport.Input.ReadAsync();
            received += result.Buffer.Length;
            transport.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                transport.Close();
                return;
            }

            for (; received >= requestBytes; received -= requestBytes)
            {
                transport.Output.Write(reply);
            }

            await transport.Output.FlushAsync();
        }
    }
}
