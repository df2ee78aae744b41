using System.Net;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Cancellation.Peers;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Cancellation.Peers;

/// <summary>Peers that are found by a name and have no ids (peers_dns).</summary>
[TestFixture]
internal sealed class SiblingTests
{
    private const string Name = "pgmux.example";
    private const string Cancelled = "E(57014 canceling statement due to user request) Z(I)";

    private static readonly IPAddress[] Siblings = [IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")];

    [Test, Property("Row", "B129")]
    public void A_request_that_is_not_for_this_process_is_passed_on_to_all_others_once()
    {
        using var mux = Start();
        mux.Names.Set(Name, Siblings);
        var siblings = Siblings.Select(address => new FakePeer(mux.Network, new IPEndPoint(address, 6432)) { Holds = true }).ToArray();
        var cancel = mux.Connect();
        cancel.Send(FakePeer.RequestFor(FakePeer.KeyOf(77)));
        Assert.That(siblings.Select(sibling => sibling.Requests), Is.All.EqualTo(new[] { FakePeer.KeyOf(77, hops: 0) }), "marked: nobody passes it on again");
        siblings[0].Release();
        mux.Network.RunUntilIdle();
        Assert.That(cancel.Take(), Is.Empty, "the other may be the one");
        siblings[1].Release();
        mux.Network.RunUntilIdle();
        Assert.That(cancel.Take(), Is.EqualTo("EOF"));
        Assert.That(mux.Mux.Clients.Siblings.Counts, Is.EqualTo(new PeerPoolCounts(0, 0, 0, 0)));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void A_request_that_was_passed_on_goes_no_further(int hops)
    {
        using var mux = Start();
        mux.Names.Set(Name, Siblings);
        var cancel = mux.Connect();
        cancel.Send(FakePeer.RequestFor(FakePeer.KeyOf(77, hops)));
        Assert.That(cancel.Take(), Is.EqualTo("EOF"));
        Assert.That(mux.Names.Asked, Is.Empty);
    }

    [Test, Property("Row", "B129"), Property("Row", "B130")]
    public void Own_keys_work_as_given_out_and_as_passed_on([Values(0, 3)] int hops, [Values(0, 2)] int minor)
    {
        using var mux = Start();
        var client = mux.Connect();
        client.Send(RawMessages.Startup((3 << 16) | minor, ("user", "alice"), ("database", "db")));
        client.Take();
        var (processId, secret) = client.CancelKey;
        Assert.That(secret, Has.Length.EqualTo(minor == 0 ? 4 : 32));
        Assert.That(PeerKey.HopsOf(secret), Is.EqualTo(PeerKey.MostHops));
        client.Send(RawMessages.Query("WAIT"));
        PeerKey.SetHops(secret, hops);
        mux.Connect().Send(RawMessages.CancelRequest(processId, secret));
        Assert.That(client.Take(), Is.EqualTo(Cancelled));
        Assert.That(mux.Names.Asked, Is.Empty);
    }

    [Test]
    public void A_long_key_is_passed_on_whole()
    {
        using var mux = Start();
        mux.Names.Set(Name, Siblings[0]);
        var sibling = new FakePeer(mux.Network, new IPEndPoint(Siblings[0], 6432));
        byte[] key = [.. FakePeer.KeyOf(77), .. Enumerable.Range(0, 28).Select(value => (byte)value)];
        mux.Connect().Send(FakePeer.RequestFor(key));
        Assert.That(sibling.Requests.Single(), Is.EqualTo((byte[])[.. FakePeer.KeyOf(77, hops: 0), .. key[8..]]));
    }

    [Test, Property("Row", "X06")]
    public void One_that_is_down_does_not_keep_the_request_from_the_others()
    {
        using var mux = Start();
        mux.Names.Set(Name, Siblings);
        var second = new FakePeer(mux.Network, new IPEndPoint(Siblings[1], 6432));
        var cancel = mux.Connect();
        cancel.Send(FakePeer.RequestFor(FakePeer.KeyOf(77)));
        Assert.That(cancel.Take(), Is.EqualTo("EOF"));
        Assert.That(second.Requests, Has.Count.EqualTo(1));
        Assert.That(
            mux.Log.Events.Where(entry => entry.Level == LogLevel.Warning).Select(entry => entry.Text),
            Has.One.StartsWith("pgmux.example (127.0.0.2) cancel request failed: "));
    }

    [Test, Property("Row", "X08")]
    public void No_more_than_default_pool_size_requests_are_passed_on_at_once()
    {
        using var mux = Start(("default_pool_size", "2"));
        mux.Names.Set(Name, Siblings[0]);
        var sibling = new FakePeer(mux.Network, new IPEndPoint(Siblings[0], 6432)) { Holds = true };
        for (byte i = 0; i < 5; i++)
        {
            mux.Connect().Send(FakePeer.RequestFor(FakePeer.KeyOf(77, 3, random: (byte)(i * 4))));
        }

        Assert.That(mux.Mux.Clients.Siblings.Counts, Is.EqualTo(new PeerPoolCounts(0, Waiting: 3, Connecting: 0, Sent: 2)));
        for (var i = 0; i < 5; i++)
        {
            sibling.Release();
            mux.Network.RunUntilIdle();
        }

        Assert.That(sibling.Requests, Has.Count.EqualTo(5));
    }

    private static TestMux Start(params (string Key, string Value)[] settings) =>
        TestMux.Start(loops: 2, [("peers_dns", Name), .. settings]);
}
