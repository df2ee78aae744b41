using System.Buffers.Binary;
using System.Net;
using Pgmux.Core.Tests.Servers;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Cancellation;

/// <summary>Clients and servers of protocol 3.2, whose cancel keys are longer, beside pgmux, which speaks 3.0 to both.</summary>
[TestFixture]
internal sealed class ProtocolVersionTests
{
    private const int Protocol32 = (3 << 16) | 2;
    private const int BackendPort = 5433;
    private const string Cancelled = "E(57014 canceling statement due to user request) Z(I)";

    [Test, Property("Row", "B130")]
    public void A_client_of_protocol_3_2_is_told_of_3_0_once_gets_a_short_key_and_can_cancel_by_it()
    {
        using var mux = TestMux.Start();
        var client = mux.Connect();
        client.Send(RawMessages.Startup(Protocol32, ("user", "alice"), ("database", "db")));
        var negotiation = client.Replies.Single(reply => reply.Type == 'v');
        Assert.That(client.Replies[0], Is.SameAs(negotiation), "before the authentication");
        Assert.That(BinaryPrimitives.ReadInt32BigEndian(negotiation.Body) & 0xFFFF, Is.Zero, "the newest minor version");
        Assert.That(BinaryPrimitives.ReadInt32BigEndian(negotiation.Body.AsSpan(4)), Is.Zero, "options that are not known");
        Assert.That(client.CancelKey.Key, Has.Length.EqualTo(4), "what 3.0 has");
        Assert.That(client.Take(), Does.EndWith("K Z(I)"));

        client.Send(RawMessages.Query("WAIT"));
        mux.Cancel(client);
        Assert.That(client.Take(), Is.EqualTo(Cancelled));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [TestCase(4)]
    [TestCase(5)]
    [TestCase(32)]
    [TestCase(255)]
    [TestCase(256)]
    [Property("Row", "B130")]
    public void The_key_of_a_server_is_sent_back_whole_whatever_its_length(int length)
    {
        var key = Enumerable.Range(1, length).Select(value => (byte)(value * 37)).ToArray();
        using var mux = TestMux.Start(TestMux.SettingsOf() with
        {
            Databases = new Dictionary<string, string> { ["long"] = $"host=127.0.0.1 port={BackendPort}" },
        });
        mux.IsLeftBroken = true;
        var backend = new OtherBackend(mux.Network, new IPEndPoint(IPAddress.Loopback, BackendPort), key);
        var client = mux.Login(database: "long");
        Assert.That(client.CancelKey.Key, Has.Length.EqualTo(4), "the client's own key is pgmux's");
        client.Take();
        client.Send(RawMessages.Query("WAIT"));
        mux.Cancel(client);
        Assert.That(client.Take(), Is.EqualTo(Cancelled));
        Assert.That(backend.Cancels.Single().Key, Is.EqualTo(key));
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(257)]
    [Property("Row", "B130")]
    public void A_key_of_a_length_that_no_version_has_ends_the_login(int length)
    {
        using var mux = TestMux.Start(TestMux.SettingsOf(("query_wait_timeout", "2")) with
        {
            Databases = new Dictionary<string, string> { ["long"] = $"host=127.0.0.1 port={BackendPort}" },
        });
        mux.IsLeftBroken = true;
        _ = new OtherBackend(mux.Network, new IPEndPoint(IPAddress.Loopback, BackendPort), new byte[length]);
        var client = mux.BeginLogin(database: "long");
        mux.Advance(3);
        Assert.That(client.Take(), Does.Match(@"^E\(\w+ .*\) EOF$"));
        Assert.That(mux.Counts.Idle, Is.Zero);
    }
}
