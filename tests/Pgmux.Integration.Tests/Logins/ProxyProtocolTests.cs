using System.Net.Security;
using System.Net.Sockets;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Clients behind a proxy that speaks the PROXY protocol, with real sockets, in clear and with TLS.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class ProxyProtocolTests(int postgres) : PgmuxFixture(postgres)
{
    private static readonly byte[] Startup = RawMessages.Startup(("user", "app"), ("database", "app"));
    private static readonly byte[] Line = [.. "PROXY TCP4 192.0.2.1 198.51.100.2 56324 5432\r\n"u8];

    // Version 2, PROXY, TCP over IPv6: 2001:db8::7 port 4711 to ::1 port 5432, and a further field.
    private static readonly byte[] Binary = Convert.FromHexString(
        "0D0A0D0A000D0A515549540A" + "21" + "21" + "0028" + "20010DB8000000000000000000000007" + "00000000000000000000000000000001" + "1267" + "1538" + "04000100");

    private readonly TestAuthority _authority = new("pgmux tests");
    private readonly TemporaryFolder _folder = new();

    [OneTimeSetUp]
    public void WriteCertificates() => _authority.Sign("localhost", "localhost").Write(_folder, "server");

    [OneTimeTearDown]
    public void RemoveCertificates()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_address_in_the_header_is_what_rules_log_and_console_see(bool isInPieces)
    {
        await StartProxiedAsync();
        await using var first = await ConnectAsync(Line, isInPieces);
        await using var second = await ConnectAsync(Binary, isInPieces);
        await first.FinishLoginAsync();
        await second.FinishLoginAsync();
        await using var console = new ConsoleClient(await RawClient.LoginAsync(Pgmux.UnixEndPoint, "admin", "pgbouncer", "admin-secret"));

        var rows = (await console.ShowAsync("CLIENTS")).Where(row => row["user"] == "app").Select(row => $"{row["addr"]} {row["port"]}");

        Assert.That(rows, Is.SupersetOf(new[] { "192.0.2.1 56324", "2001:db8::7 4711" }));
        Assert.That(await first.ScalarAsync("SELECT 1"), Is.EqualTo("1"));
        await Pgmux.WaitForLogAsync(@"app/app@192\.0\.2\.1:56324 login attempt");
        await Pgmux.WaitForLogAsync(@"app/app@\[2001:db8::7\]:4711 login attempt");
    }

    [Test]
    public async Task A_rule_for_the_proxys_own_address_is_not_about_its_clients()
    {
        await StartProxiedAsync();
        await using var client = await ConnectAsync([.. "PROXY TCP4 203.0.113.9 198.51.100.2 1 2\r\n"u8], isInPieces: false);

        Assert.That((await client.ReadToEndAsync()).Single().SqlState, Is.EqualTo("28000"));
    }

    [Test]
    public async Task Without_a_header_nobody_gets_in_and_the_log_names_the_peer()
    {
        await StartProxiedAsync();
        var before = Pgmux.Log.Count;
        await using var client = await ConnectAsync([], isInPieces: false);

        Assert.That(await client.ReadToEndAsync(), Is.Empty);
        await Pgmux.WaitForLogAsync(@"WARNING C-\w+: \(nodb\)/\(nouser\)@127\.0\.0\.1:\d+ PROXY header refused: ", before);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task TLS_begins_behind_the_header(bool isDirect)
    {
        await StartProxiedAsync();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Pgmux.TcpEndPoint);
        await using var stream = new NetworkStream(socket);
        if (!isDirect)
        {
            await stream.WriteAsync((byte[])[.. Binary, .. RawMessages.SslRequest()]);
            var answer = new byte[1];
            await stream.ReadExactlyAsync(answer);
            Assert.That(answer[0], Is.EqualTo((byte)'S'));
        }

        // With direct TLS the header and the ClientHello leave together.
        await using var together = new HeaderStream(stream, isDirect ? Binary : []);
        await using var tls = new SslStream(together, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [new SslApplicationProtocol("postgresql")],
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        await tls.WriteAsync(Startup);
        var first = new byte[9];
        await tls.ReadExactlyAsync(first);

        Assert.That(first, Is.EqualTo(new byte[] { (byte)'R', 0, 0, 0, 8, 0, 0, 0, 0 }));
        await Pgmux.WaitForLogAsync(@"app/app@\[2001:db8::7\]:4711 login attempt: db=app user=app tls=TLS");
    }

    private Task StartProxiedAsync() => StartAsync(PgmuxSettings.For(
        Cluster,
        ("proxy_protocol_from", "127.0.0.0/8"),
        ("client_tls_sslmode", "prefer"),
        ("client_tls_cert_file", _folder.File("server.crt")),
        ("client_tls_key_file", _folder.File("server.key"))) with
    {
        Hba = "local all all trust\nhost all app 192.0.2.0/24 trust\nhost all app 2001:db8::/32 trust\nhost all app 127.0.0.0/8 trust\n",
    });

    private async Task<RawClient> ConnectAsync(byte[] header, bool isInPieces)
    {
        var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        foreach (var piece in isInPieces ? header.Chunk(7).Append(Startup) : [[.. header, .. Startup]])
        {
            await client.SendAsync(piece);
        }

        return client;
    }
}
