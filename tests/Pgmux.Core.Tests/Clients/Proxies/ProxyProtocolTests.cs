using System.Net;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Clients;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients.Proxies;

/// <summary>Clients behind proxies, which say by the PROXY protocol where those are.</summary>
[TestFixture]
internal sealed class ProxyProtocolTests
{
    private const string From = "127.0.0.0/8";

    private static readonly byte[] Startup = RawMessages.Startup(("user", "alice"), ("database", "db"));
    private static readonly byte[] Header = ProxyHeaders.Line("PROXY TCP4 192.0.2.1 198.51.100.2 56324 5432");
    private static readonly byte[] BinaryHeader = ProxyHeaders.BinaryTcp(new(IPAddress.Parse("2001:db8::7"), 4711), new(IPAddress.IPv6Loopback, 5432), 4, 0, 1, 0);

    [Test]
    public void The_address_in_the_header_is_the_clients()
    {
        using var mux = TestMux.Start(("proxy_protocol_from", From), ("application_name_add_host", "1"));
        var first = mux.Connect();
        first.Send(Header);
        first.Send(Startup);
        var second = mux.Connect();
        second.Send(BinaryHeader, Startup);

        Assert.That(first.Take(), Does.EndWith("Z(I)"));
        Assert.That(second.Take(), Does.EndWith("Z(I)"));
        Assert.That(ClientNames(mux), Is.EquivalentTo(new[] { "db/alice@192.0.2.1:56324", "db/alice@[2001:db8::7]:4711" }));
        Assert.That(mux.Log.Events, Has.Some.Matches<(LogLevel Level, string Text)>(entry => entry.Text.Contains("alice@192.0.2.1:56324 login attempt")));
        Assert.That(first.Parameters["application_name"], Is.EqualTo("app - 192.0.2.1:56324"));
    }

    [Test]
    public void The_header_comes_in_any_pieces([Values] bool isBinary)
    {
        var bytes = (byte[])[.. isBinary ? BinaryHeader : Header, .. Startup];
        using var mux = TestMux.Start(("proxy_protocol_from", From));
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var client = mux.Connect();
            client.Send(bytes[..cut]);
            Assert.That(client.Take(), Is.Empty);
            client.Send(bytes[cut..]);
            Assert.That(client.Take(), Does.EndWith("Z(I)"), $"cut at {cut}");
            client.Close();
            mux.Network.RunUntilIdle();
        }
    }

    [TestCase("PROXY UNKNOWN")]
    [TestCase("PROXY UNKNOWN 192.0.2.1 198.51.100.2 1 2")]
    public void A_header_that_names_nobody_leaves_the_address_of_the_connection(string line)
    {
        using var mux = TestMux.Start(("proxy_protocol_from", From));
        var client = mux.Connect();
        client.Send(ProxyHeaders.Line(line), Startup);
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
        Assert.That(ClientNames(mux).Single(), Does.StartWith("db/alice@127.0.0.1:"));
    }

    [Test]
    public void A_bad_header_or_none_ends_the_connection_without_a_word_and_with_one_line()
    {
        using var mux = TestMux.Start(("proxy_protocol_from", From));
        foreach (var bytes in new[] { Startup, RawMessages.SslRequest(), ProxyHeaders.Line("PROXY TCP4 1.2.3.4 5.6.7.8 1"), ProxyHeaders.Binary(0x22, 0x11, new byte[12]) })
        {
            var before = mux.Log.Events.Count;
            var client = mux.Connect();
            client.Send(bytes);
            Assert.That(client.Take(), Is.EqualTo("EOF"));
            var lines = mux.Log.Events.Skip(before).Where(entry => entry.Level > LogLevel.Debug).ToArray();
            Assert.That(lines, Has.Length.EqualTo(1));
            Assert.That(lines[0].Level, Is.EqualTo(LogLevel.Warning));
            Assert.That(lines[0].Text, Does.Contain("@127.0.0.1:").And.Contain("PROXY header refused: "));
        }
    }

    [Test, Property("Row", "H13")]
    public void A_header_from_elsewhere_is_not_read()
    {
        using var mux = TestMux.Start(("proxy_protocol_from", "10.0.0.0/8, ::1"));
        var client = mux.Connect();
        client.Send(Header, Startup);
        Assert.That(client.Take(), Does.Match(@"^E\(08P01 bad packet header: '50524f5859205443'\) EOF$"));
        Assert.That(mux.Login().Query("SELECT a"), Does.EndWith("Z(I)"));
    }

    [Test]
    public void A_Unix_socket_is_no_network()
    {
        using var mux = TestMux.Start(new TestMuxOptions { Settings = TestMux.SettingsOf(("proxy_protocol_from", "0.0.0.0/0, ::/0")), IsUnix = true });
        Assert.That(mux.Login().Query("SELECT a"), Does.EndWith("Z(I)"));
    }

    [Test]
    public void Who_never_ends_its_header_meets_client_login_timeout()
    {
        using var mux = TestMux.Start(("proxy_protocol_from", From), ("client_login_timeout", "5"));
        var client = mux.Connect();
        client.Send(Header[..10]);
        mux.Advance(4);
        Assert.That(client.Take(), Is.Empty);
        mux.Advance(2);
        Assert.That(client.Take(), Does.Contain("client_login_timeout").And.EndWith("EOF"));
    }

    [Test]
    public void HBA_rules_are_about_the_address_in_the_header()
    {
        using var mux = TestMux.Start(TestMux.SettingsOf(("proxy_protocol_from", From)) with
        {
            Hba = "host all all 192.0.2.0/24 trust\nhost all all 127.0.0.0/8 reject\n",
        });
        var served = mux.Connect();
        served.Send(Header, Startup);
        Assert.That(served.Take(), Does.EndWith("Z(I)"));

        foreach (var header in new[] { BinaryHeader, ProxyHeaders.Binary(ProxyHeaders.Local, 0) })
        {
            var refused = mux.Connect();
            refused.Send(header, Startup);
            Assert.That(refused.Take(), Does.StartWith("E(28000 ").And.EndWith("EOF"));
        }
    }

    [Test]
    public void A_reload_counts_for_connections_that_come_after_it()
    {
        using var mux = TestMux.Start();
        var before = mux.Login();
        Assert.That(mux.Reload(TestMux.SettingsOf(("proxy_protocol_from", From))), Is.True);
        Assert.That(before.Query("SELECT a"), Does.EndWith("Z(I)"));
        var after = mux.Connect();
        after.Send(Header, Startup);
        Assert.That(after.Take(), Does.EndWith("Z(I)"));
    }

    [Test, Property("Row", "X01")]
    public void A_cancel_request_may_come_through_a_proxy()
    {
        using var mux = TestMux.Start(("proxy_protocol_from", From));
        var client = mux.Connect();
        client.Send(Header, Startup);
        client.Take();
        client.Send(RawMessages.Query("WAIT"));
        mux.Connect().Send(BinaryHeader, RawMessages.CancelRequest(client.CancelKey.ProcessId, client.CancelKey.Key));
        Assert.That(client.Take(), Is.EqualTo("E(57014 canceling statement due to user request) Z(I)"));
    }

    private static string[] ClientNames(TestMux mux) => [.. mux.Mux.Clients.Registries.SelectMany(registry => registry.Clients)
        .Select((ClientConnection client) => client.LogName[(client.LogName.IndexOf(' ', StringComparison.Ordinal) + 1)..])];
}
