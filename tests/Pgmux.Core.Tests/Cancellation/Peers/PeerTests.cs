using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Cancellation.Peers;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Cancellation.Peers;

/// <summary>Cancel requests that reach another process than the one whose client they are for.</summary>
[TestFixture]
internal sealed class PeerTests
{
    private const int PeerPort = 7001;
    private const string Cancelled = "E(57014 canceling statement due to user request) Z(I)";

    private static readonly IPEndPoint PeerAddress = new(IPAddress.Loopback, PeerPort);

    private static IEnumerable<TestCaseData> Hosts()
    {
        yield return new("host=127.0.0.1 port=7001", PeerAddress) { TestName = "By address" };
        yield return new("host=peer.example port=7001", PeerAddress) { TestName = "By name" };
        yield return new("host=/run/peer2 port=7001", new UnixDomainSocketEndPoint("/run/peer2/.s.PGSQL.7001")) { TestName = "By its Unix socket" };
        yield return new("host=/run/peer2", new UnixDomainSocketEndPoint("/run/peer2/.s.PGSQL.6432")) { TestName = "At PgBouncer's port" };
    }

    [TestCaseSource(nameof(Hosts)), Property("Row", "B129")]
    public void A_request_for_a_peer_is_passed_on_once_and_counted_down(string line, EndPoint endPoint)
    {
        using var mux = Start(line);
        mux.Names.Set("peer.example", IPAddress.Loopback);
        var peer = new FakePeer(mux.Network, endPoint) { Holds = true };
        var client = mux.Login();
        client.Take();
        client.Send(RawMessages.Query("WAIT"));

        var cancel = mux.Connect();
        cancel.Send(FakePeer.RequestFor(FakePeer.KeyOf(2)));
        Assert.That(peer.Requests, Is.EqualTo(new[] { FakePeer.KeyOf(2, hops: 2) }));
        Assert.That(cancel.Take(), Is.Empty, "the end of the connection says that the query has been cancelled");
        peer.Release();
        mux.Network.RunUntilIdle();
        Assert.That(cancel.Take(), Is.EqualTo("EOF"));

        Assert.That(peer.Connections, Is.EqualTo(1));
        Assert.That(mux.Postgres.Cancels, Is.Empty);
        Assert.That(client.Take(), Is.Empty);
        mux.Postgres.Single.Release();
        Assert.That(mux.Log.Events, Has.Member((LogLevel.Debug, "forwarding cancellation request to peer 2")));
    }

    [Test, Property("Row", "B129")]
    public void A_request_whose_client_has_hung_up_is_passed_on_too()
    {
        using var mux = Start();
        var peer = new FakePeer(mux.Network, PeerAddress) { Holds = true };
        var cancel = mux.Connect();
        cancel.Write(FakePeer.RequestFor(FakePeer.KeyOf(2)));
        cancel.Close();
        mux.Network.RunUntilIdle();
        Assert.That(peer.Requests, Has.Count.EqualTo(1));
        peer.Release();
    }

    [Test, Property("Row", "B129")]
    public void Own_keys_carry_the_id_and_work_however_often_they_were_passed_on([Values(0, 1, 2, 3)] int hops, [Values(0, 2)] int minor)
    {
        using var mux = Start();
        var client = mux.Connect();
        client.Send(RawMessages.Startup((3 << 16) | minor, ("user", "alice"), ("database", "db")));
        client.Take();
        var (processId, secret) = client.CancelKey;
        Assert.That(secret, Has.Length.EqualTo(4), "whatever the client speaks: a PgBouncer passes on nothing else");
        Assert.That(PeerKey.PeerIdOf(processId), Is.EqualTo(1));
        Assert.That(PeerKey.HopsOf(secret), Is.EqualTo(PeerKey.MostHops));

        client.Send(RawMessages.Query("WAIT"));
        byte[] passedOn = [.. secret[..3], (byte)((secret[3] & ~3) | hops)];
        byte[] wrong = [.. passedOn[..3], (byte)(passedOn[3] ^ 4)];
        mux.Connect().Send(RawMessages.CancelRequest(processId, wrong));
        mux.Connect().Send(RawMessages.CancelRequest(processId ^ 1, passedOn));
        mux.Connect().Send(RawMessages.CancelRequest(processId, [.. passedOn, 0]));
        Assert.That(mux.Postgres.Cancels, Is.Empty);
        mux.Connect().Send(RawMessages.CancelRequest(processId, passedOn));
        Assert.That(client.Take(), Is.EqualTo(Cancelled));
    }

    [Test, Property("Row", "B129")]
    public void In_session_mode_the_key_carries_the_id_too()
    {
        using var mux = Start("host=127.0.0.1 port=7001", ("pool_mode", "session"));
        var (client, other) = (mux.Login(), mux.Login());
        Assert.That(PeerKey.PeerIdOf(client.CancelKey.ProcessId), Is.EqualTo(1));
        client.Take();
        other.Send(RawMessages.Query("WAIT"));
        client.Send(RawMessages.Query("WAIT"));
        mux.Cancel(client);
        Assert.That(client.Take(), Is.EqualTo(Cancelled));
        mux.Postgres.Open.Single(server => server.IsWaiting).Release();
    }

    [TestCase(2, 0, "failed to forward cancel request because its TTL was exhausted")]
    [TestCase(3, 0, "failed to forward cancel request because its TTL was exhausted")]
    [TestCase(3, 3, "could not find peer to forward request to")]
    [TestCase(0, 1, "could not find peer to forward request to")]
    [Property("Row", "B129"), Property("Row", "X02")]
    public void What_cannot_be_passed_on_is_closed_silently_and_logged_in_PgBouncers_words(int peerId, int hops, string words)
    {
        using var mux = Start();
        var peer = new FakePeer(mux.Network, PeerAddress);
        var cancel = mux.Connect();
        cancel.Send(FakePeer.RequestFor(FakePeer.KeyOf(peerId, hops)));
        Assert.That(cancel.Take(), Is.EqualTo("EOF"));
        Assert.That(peer.Connections, Is.Zero);
        Assert.That(
            mux.Log.Events.Where(entry => entry.Level == LogLevel.Information).Select(entry => entry.Text),
            Has.One.Contains($"closing because: {words} (age=0s)"));
    }

    [Test, Property("Row", "X02")]
    public void A_key_of_this_process_that_nobody_has_goes_nowhere()
    {
        using var mux = Start();
        var peer = new FakePeer(mux.Network, PeerAddress);
        var cancel = mux.Connect();
        cancel.Send(FakePeer.RequestFor(FakePeer.KeyOf(1)));
        Assert.That(cancel.Take(), Is.EqualTo("EOF"));
        Assert.That(peer.Connections, Is.Zero);
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.One.Contains("closing because: failed cancel request"));
    }

    // This process stands in its own list under another id: the request comes back to it again and again.
    [Test, Property("Row", "B129")]
    public void A_circle_of_peers_ends()
    {
        using var mux = Start("host=127.0.0.1 port=6432");
        var cancel = mux.Connect();
        cancel.Send(FakePeer.RequestFor(FakePeer.KeyOf(2)));
        Assert.That(cancel.Take(), Is.EqualTo("EOF"));
        Assert.That(mux.Log.Events.Count(entry => entry.Text == "forwarding cancellation request to peer 2"), Is.EqualTo(PeerKey.MostHops));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.One.Contains("its TTL was exhausted"));
    }

    [TestCase("host=127.0.0.1 port=7001 pool_size=2", "20")]
    [TestCase("host=127.0.0.1 port=7001", "2")]
    [TestCase("host=127.0.0.1 port=7001 pool_size=-1", "2")]
    [Property("Row", "B129"), Property("Row", "X08")]
    public void So_many_are_on_their_way_at_once_and_the_console_counts_them(string line, string defaultSize)
    {
        using var mux = Start(line, ("default_pool_size", defaultSize), ("admin_users", "admin"));
        var peer = new FakePeer(mux.Network, PeerAddress) { Holds = true };
        var console = mux.Login("admin", "pgbouncer");
        console.Take();
        Assert.That(console.Query("SHOW PEERS"), Does.Contain("127.0.0.1").And.Contain("7001"));
        Assert.That(console.Query("SHOW PEER_POOLS"), Does.Not.Contain("D("), "a pool is made with the first request");

        for (byte i = 0; i < 5; i++)
        {
            mux.Connect().Send(FakePeer.RequestFor(FakePeer.KeyOf(2, 3, random: (byte)(i * 4))));
        }

        Assert.That(mux.Mux.Clients.Peers.Counts, Is.EqualTo(new[] { new PeerPoolCounts(2, Waiting: 3, Connecting: 0, Sent: 2) }));
        Assert.That(Row(console.Query("SHOW PEER_POOLS")), Is.EqualTo("2,2,3,2,0"));
        for (var i = 0; i < 5; i++)
        {
            Assert.That(peer.HeldCount, Is.EqualTo(Math.Min(2, 5 - i)));
            peer.Release();
            mux.Network.RunUntilIdle();
        }

        Assert.That(peer.Requests.Select(request => (int)request[0]), Is.EqualTo(new[] { 0, 4, 8, 12, 16 }), "in the order in which they came");
        Assert.That(Row(console.Query("SHOW PEER_POOLS")), Is.EqualTo("2,0,0,0,0"));
        var lists = console.Query("SHOW LISTS");
        Assert.That(lists, Does.Contain("D(peers,2)").And.Contain("D(peer_pools,1)"));
    }

    [Test, Property("Row", "X06")]
    public void A_peer_that_does_not_answer_costs_cancel_wait_timeout_and_those_that_wait_for_it_no_more()
    {
        using var mux = Start("host=127.0.0.1 port=7001 pool_size=1", ("cancel_wait_timeout", "5"));
        var peer = new FakePeer(mux.Network, PeerAddress) { Holds = true };
        var (sent, waiting) = (mux.Connect(), mux.Connect());
        sent.Send(FakePeer.RequestFor(FakePeer.KeyOf(2)));
        waiting.Send(FakePeer.RequestFor(FakePeer.KeyOf(2, 3, random: 8)));
        mux.Advance(4);
        Assert.That(sent.Take() + waiting.Take(), Is.Empty);
        mux.Advance(2);
        Assert.That(new[] { sent.Take(), waiting.Take() }, Is.All.EqualTo("EOF"));
        Assert.That(mux.Mux.Clients.Peers.Counts, Is.EqualTo(new[] { new PeerPoolCounts(2, 0, 0, 0) }));
        Assert.That(mux.Log.Events, Has.Member((LogLevel.Warning, "peer 2 cancel request failed: cancel_wait_timeout")));
        peer.Holds = false;
        mux.Connect().Send(FakePeer.RequestFor(FakePeer.KeyOf(2, 3, random: 16)));
        Assert.That(peer.Requests[^1][0], Is.EqualTo(16));
    }

    [TestCase(ConnectFailure.Refused)]
    [TestCase(ConnectFailure.TimedOut)]
    [Property("Row", "X06")]
    public void A_peer_that_is_down_costs_its_request_and_a_line_in_the_log(ConnectFailure failure)
    {
        using var mux = Start("host=127.0.0.1 port=7001", ("cancel_wait_timeout", "5"));
        mux.Network.Addresses.Fail(PeerAddress, failure);
        var cancel = mux.Connect();
        cancel.Send(FakePeer.RequestFor(FakePeer.KeyOf(2)));
        mux.Advance(7);
        Assert.That(cancel.Take(), Is.EqualTo("EOF"));
        Assert.That(mux.Log.Events.Where(entry => entry.Level == LogLevel.Warning).Select(entry => entry.Text), Has.One.StartsWith("peer 2 cancel request failed: "));
        Assert.That(mux.Mux.Clients.Peers.Counts, Is.EqualTo(new[] { new PeerPoolCounts(2, 0, 0, 0) }));
    }

    [Test]
    public void A_reload_changes_peers_sizes_and_the_own_id_and_keys_from_before_stay_good()
    {
        using var mux = TestMux.Start();
        var old = mux.Login();
        old.Take();
        old.Send(RawMessages.Query("WAIT"));
        Assert.That(mux.Reload(Settings("host=127.0.0.1 port=7001 pool_size=1")), Is.True);
        var peer = new FakePeer(mux.Network, PeerAddress) { Holds = true };
        for (byte i = 0; i < 3; i++)
        {
            mux.Connect().Send(FakePeer.RequestFor(FakePeer.KeyOf(2, 3, random: (byte)(i * 4))));
        }

        Assert.That(peer.HeldCount, Is.EqualTo(1));
        Assert.That(mux.Reload(Settings("host=127.0.0.1 port=7001 pool_size=3")), Is.True);
        Assert.That(peer.HeldCount, Is.EqualTo(3));

        Assert.That(mux.Reload(TestMux.SettingsOf(("peer_id", "9")) with { Peers = new Dictionary<string, string> { ["9"] = "host=127.0.0.1" } }), Is.True);
        Assert.That(mux.Mux.Clients.Peers.Counts, Is.Empty);
        for (var i = 0; i < 3; i++)
        {
            peer.Release();
        }

        mux.Network.RunUntilIdle();
        mux.Cancel(old);
        Assert.That(old.Take(), Is.EqualTo(Cancelled));
        Assert.That(PeerKey.PeerIdOf(mux.Login().CancelKey.ProcessId), Is.EqualTo(9));
    }

    [Test, Property("Row", "B129")]
    public void Without_an_id_nothing_is_passed_on()
    {
        using var mux = TestMux.Start(TestMux.SettingsOf() with { Peers = new Dictionary<string, string> { ["2"] = "host=127.0.0.1 port=7001" } });
        var peer = new FakePeer(mux.Network, PeerAddress);
        mux.Connect().Send(FakePeer.RequestFor(FakePeer.KeyOf(2)));
        Assert.That(peer.Connections, Is.Zero);
    }

    private static TestMux Start(string line = "host=127.0.0.1 port=7001", params (string Key, string Value)[] settings) =>
        TestMux.Start(Settings(line, settings), loops: 2);

    // Of process 1, whose own line stands in the file as well, as it does when all processes read the same one.
    private static PgmuxSettings Settings(string line, params (string Key, string Value)[] settings) =>
        TestMux.SettingsOf([("peer_id", "1"), .. settings]) with
        {
            Peers = new Dictionary<string, string> { ["1"] = "host=127.0.0.1", ["2"] = line },
        };

    private static string Row(string trace) => trace[(trace.IndexOf("D(", StringComparison.Ordinal) + 2)..trace.IndexOf(") C(", StringComparison.Ordinal)];
}
