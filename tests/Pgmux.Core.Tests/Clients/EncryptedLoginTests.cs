using System.Security.Authentication;
using System.Text;
using Pgmux.Core.Admin;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>Handshakes of clients that come to no end. Nothing is said to them in clear: they would take it for TLS.</summary>
[TestFixture]
internal sealed class EncryptedLoginTests
{
    /// <summary>A record with the alert handshake_failure, in clear as at the begin of a handshake.</summary>
    private static readonly byte[] FatalAlert = [0x15, 3, 3, 0, 2, 2, 40];

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("logins");

    [OneTimeSetUp]
    public void WriteCertificate() => _authority.Sign("localhost", "localhost").Write(_folder, "server");

    [OneTimeTearDown]
    public void RemoveFiles()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [TestCase(SslProtocols.Tls13, 0)]
    [TestCase(SslProtocols.Tls13, 1)]
    [TestCase(SslProtocols.Tls13, 100)]
    [TestCase(SslProtocols.Tls13, int.MaxValue)]
    [TestCase(SslProtocols.Tls12, 0)]
    [TestCase(SslProtocols.Tls12, 100)]
    [TestCase(SslProtocols.Tls12, int.MaxValue)]
    [Property("Row", "T03")]
    public async Task A_handshake_that_stalls_ends_at_the_login_timeout_without_a_word(SslProtocols version, int bytes)
    {
        var hello = await ClientHello.CreateAsync(version);
        using var mux = Start();
        var client = mux.Connect();
        client.Send(RawMessages.SslRequest());
        client.Send(hello[..Math.Min(bytes, hello.Length)]);

        mux.Advance(55);
        Assert.That(client.IsClosed, Is.False);
        mux.Advance(10);

        ExpectEnd(mux, client, "closing because: client_login_timeout");
    }

    [Test, Property("Row", "T03")]
    public async Task A_handshake_of_one_byte_a_second_ends_at_the_login_timeout_without_a_word()
    {
        const int Timeout = 60;
        var hello = await ClientHello.CreateAsync(SslProtocols.Tls13);
        using var mux = Start();
        var client = mux.Connect();
        client.Send(RawMessages.SslRequest());
        var sent = 0;
        for (; !client.IsClosed && sent < hello.Length; sent++)
        {
            client.Send([hello[sent]]);
            mux.Advance(1);
        }

        Assert.That(sent, Is.InRange(Timeout - 2, Timeout + 2));
        ExpectEnd(mux, client, "closing because: client_login_timeout");
    }

    [TestCase(0, ConnectionEnd.Reset)]
    [TestCase(0, ConnectionEnd.HalfClose)]
    [TestCase(0, ConnectionEnd.Close)]
    [TestCase(100, ConnectionEnd.Reset)]
    [TestCase(100, ConnectionEnd.HalfClose)]
    [TestCase(100, ConnectionEnd.Close)]
    [TestCase(int.MaxValue, ConnectionEnd.Reset)]
    [TestCase(int.MaxValue, ConnectionEnd.HalfClose)]
    [TestCase(int.MaxValue, ConnectionEnd.Close)]
    [Property("Row", "T04")]
    public async Task A_client_that_goes_at_any_flight_is_gone(int bytes, ConnectionEnd end)
    {
        var hello = await ClientHello.CreateAsync(SslProtocols.Tls13);
        using var mux = Start();
        var client = mux.Connect();
        client.Send(RawMessages.SslRequest());
        client.Send(hello[..Math.Min(bytes, hello.Length)]);
        client.Leave(end);
        mux.Advance(1);

        Assert.That(mux.Mux.Clients.ClientCount, Is.Zero);
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.None.Contains("login attempt"));
    }

    [TestCase(false)]
    [TestCase(true)]
    [Property("Row", "T04")]
    public async Task A_fatal_alert_at_any_flight_ends_the_login(bool afterHello)
    {
        var hello = await ClientHello.CreateAsync(SslProtocols.Tls13);
        using var mux = Start();
        var client = mux.Connect();
        client.Send(RawMessages.SslRequest());
        if (afterHello)
        {
            client.Send(hello);
        }

        client.Send(FatalAlert);

        ExpectEnd(mux, client, "TLS handshake failed: ");
    }

    [TestCase(ConnectionEnd.HalfClose)]
    [TestCase(ConnectionEnd.Close)]
    [Property("Row", "T04")]
    public void A_client_that_says_no_and_goes_is_told_of_as_one_that_says_no(ConnectionEnd end)
    {
        using var mux = Start();
        var client = mux.Connect();
        client.Send(RawMessages.SslRequest());
        client.Write(FatalAlert);
        mux.Network.Step();
        client.Leave(end);
        mux.Advance(1);
        ExpectEnd(mux, client, "TLS handshake failed: ");
    }

    [Test, Property("Row", "T03")]
    public async Task A_shutdown_says_nothing_to_a_client_in_its_handshake()
    {
        var hello = await ClientHello.CreateAsync(SslProtocols.Tls13);
        using var mux = Start();
        var client = mux.Connect();
        client.Send(RawMessages.SslRequest());
        client.Send(hello[..100]);

        mux.Shutdown(ShutdownMode.Immediate);

        Assert.That(TextOf(client), Does.Not.Contain("FATAL"));
    }

    private TestMux Start() => TestMux.Start(
        ("client_tls_sslmode", "require"), ("client_tls_cert_file", _folder.File("server.crt")), ("client_tls_key_file", _folder.File("server.key")));

    private static void ExpectEnd(TestMux mux, FakeClient client, string logged)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(client.IsClosed, Is.True);
            Assert.That(TextOf(client), Does.Not.Contain("FATAL").And.Not.Contain("client_login_timeout"));
            Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.Contains(logged).And.None.Contains("login attempt"));
            Assert.That(mux.Mux.Clients.ClientCount, Is.Zero);
        }
    }

    // Everything behind the S that has said yes is TLS, and no message of PostgreSQL's protocol.
    private static string TextOf(FakeClient client) =>
        string.Concat(client.Replies.Select(reply => reply.ToString())) + Encoding.Latin1.GetString(client.Incomplete);
}
