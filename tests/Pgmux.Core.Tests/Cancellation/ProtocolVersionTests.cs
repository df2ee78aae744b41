using System.Net;
using Pgmux.Core.Tests.Servers;
using Pgmux.Protocol;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Cancellation;

/// <summary>Clients and servers of protocol 3.2, whose cancel keys are longer, of older and of newer versions.</summary>
[TestFixture]
internal sealed class ProtocolVersionTests
{
    private const int Protocol30 = 3 << 16;
    private const int Protocol32 = Protocol30 | 2;
    private const int BackendPort = 5433;
    private const string Cancelled = "E(57014 canceling statement due to user request) Z(I)";

    // Version that is asked for, version that NegotiateProtocolVersion names (0: there is none), bytes of the key: PostgreSQL 18's.
    [TestCase(0, 0, 4)]
    [TestCase(1, 0, 4)]
    [TestCase(2, 0, 32)]
    [TestCase(3, Protocol32, 32)]
    [TestCase(9999, Protocol32, 32)]
    [TestCase(65535, Protocol32, 32)]
    [Property("Row", "B130"), Property("Row", "H10")]
    public void A_client_gets_the_version_it_asks_for_and_the_newest_there_is_when_it_asks_for_more(int minor, int named, int keyBytes)
    {
        using var mux = TestMux.Start();
        var client = mux.Connect();
        client.Send(RawMessages.Startup(Protocol30 | minor, ("user", "alice"), ("database", "db")));
        var said = client.Replies.Where(reply => reply.Type == 'v').Select(reply => reply.Body).ToArray();
        Assert.That(said, Is.EqualTo(named == 0 ? [] : new[] { (byte[])[.. RawMessages.Int32(named), 0, 0, 0, 0] }));
        Assert.That(client.Replies[0].Type, Is.EqualTo(named == 0 ? 'R' : 'v'), "before the authentication");
        Assert.That(client.CancelKey.Key, Has.Length.EqualTo(keyBytes));
        Assert.That(client.Take(), Does.EndWith("K Z(I)"));

        client.Send(RawMessages.Query("WAIT"));
        mux.Cancel(client);
        Assert.That(client.Take(), Is.EqualTo(Cancelled));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [TestCase(0, Protocol30)]
    [TestCase(2, Protocol32)]
    [TestCase(9999, Protocol32)]
    [Property("Row", "H10")]
    public void Options_of_the_protocol_that_are_not_known_are_named_in_their_order(int minor, int named)
    {
        using var mux = TestMux.Start();
        var client = mux.Connect();
        client.Send(RawMessages.Startup(
            Protocol30 | minor, ("_pq_.b", "1"), ("user", "alice"), ("_pq_.test_protocol_negotiation", ""), ("database", "db"), ("_pq_.b", "2")));
        Assert.That(
            client.Replies.Single(reply => reply.Type == 'v').Body,
            Is.EqualTo((byte[])[.. RawMessages.Int32(named), .. RawMessages.Int32(3), .. "_pq_.b\0_pq_.test_protocol_negotiation\0_pq_.b\0"u8]));
        Assert.That(client.Take(), Does.EndWith("K Z(I)"));
    }

    [Test, Property("Row", "H10")]
    public void A_client_that_is_refused_has_heard_of_the_version_before()
    {
        using var mux = TestMux.Start();
        var client = mux.Connect();
        client.Send(RawMessages.Startup(Protocol30 | 9999, ("user", "alice"), ("database", "nowhere")));
        Assert.That(client.Replies.Select(reply => reply.Type), Is.EqualTo(new[] { 'v', 'E' }));
    }

    [TestCase(null, Protocol30)]
    [TestCase("3.0", Protocol30)]
    [TestCase("3.2", Protocol32)]
    [TestCase("latest", Protocol32)]
    public void A_server_is_asked_for_the_version_of_the_setting(string? version, int code)
    {
        using var mux = StartWithOther(version, out var backend);
        mux.Login(database: "long");
        Assert.That(backend.Versions, Is.Not.Empty.And.All.EqualTo(code));
    }

    [Test, Property("Row", "B130")]
    public void A_server_of_3_0_that_is_asked_for_3_2_is_used_with_3_0()
    {
        using var mux = StartWithOther("3.2", out var backend);
        backend.FirstWords = Negotiation(Protocol30);
        var client = mux.Login(database: "long");
        Assert.That(client.Query("SELECT a"), Does.StartWith("T D(a) C(SELECT 1) ").And.EndsWith("Z(I)"));
    }

    private static IEnumerable<TestCaseData> NoAnswers()
    {
        yield return new("3.0", Negotiation(Protocol30)) { TestName = "Nothing to negotiate" };
        yield return new("3.2", Negotiation(Protocol32)) { TestName = "Nothing changes" };
        yield return new("3.2", Negotiation(Protocol30 | 1)) { TestName = "3.1 was never spoken" };
        yield return new("3.2", Negotiation(Protocol30 | 3)) { TestName = "Newer than asked for" };
        yield return new("3.2", Negotiation(2 << 16)) { TestName = "Another major version" };
        yield return new("3.2", Negotiation(Protocol30, "_pq_.x")) { TestName = "An option that was not asked for" };
        yield return new("3.2", (byte[])[.. Negotiation(Protocol30), .. Negotiation(Protocol30)]) { TestName = "Twice" };
        yield return new("3.2", RawMessages.Message('v', [.. RawMessages.Int32(Protocol30), .. RawMessages.Int32(-1)])) { TestName = "A negative count" };
    }

    [TestCaseSource(nameof(NoAnswers))]
    public void A_server_that_answers_what_nobody_asked_is_not_entered(string version, byte[] words)
    {
        using var mux = StartWithOther(version, out var backend);
        backend.FirstWords = words;
        var client = mux.BeginLogin(database: "long");
        mux.Advance(3);
        Assert.That(client.Take(), Does.Match(@"^E\(\w+ .*\) EOF$"));
        Assert.That(mux.Counts.Idle, Is.Zero);
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

    private static TestMux StartWithOther(string? version, out OtherBackend backend)
    {
        var line = $"host=127.0.0.1 port={BackendPort}" + (version is null ? "" : $" server_max_protocol_version={version}");
        var mux = TestMux.Start(TestMux.SettingsOf(("query_wait_timeout", "2")) with
        {
            Databases = new Dictionary<string, string> { ["long"] = line },
        });
        mux.IsLeftBroken = true;
        backend = new OtherBackend(mux.Network, new IPEndPoint(IPAddress.Loopback, BackendPort));
        return mux;
    }

    private static byte[] Negotiation(int code, params string[] options) => RawMessages.Message(
        'v', [.. RawMessages.Int32(code), .. RawMessages.Int32(options.Length), .. options.SelectMany(option => (byte[])[.. WireText.Encode(option), 0])]);
}
