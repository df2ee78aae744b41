using Pgmux.Core.Tests.Servers;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>
/// A megabyte of the shortest messages there are. Continuations run inline on the loop, so each of them must not go deeper into the stack
/// than the one before.
/// </summary>
[TestFixture]
internal sealed class SmallMessagesTests
{
    private const int Messages = 1024 * 1024 / 5;

    // A sixth of what a thread has usually: what recurses for each message goes through it.
    private const int StackBytes = 256 * 1024;

    [TestCase(0)]
    [TestCase(1)]
    [Property("Row", "N10"), Property("Row", "E04")]
    public void A_megabyte_of_Syncs_is_answered_one_by_one(int seed) => RunOnSmallStack(() =>
    {
        using var mux = seed == 0 ? TestMux.Start(("default_pool_size", "1")) : TestMux.StartSliced(seed, ("default_pool_size", "1"));
        var client = mux.Login();
        client.Take();
        client.Send([.. Enumerable.Repeat(RawMessages.Sync(), Messages).SelectMany(message => message)]);
        Assert.That(client.Replies.Count(reply => reply is { Type: 'Z', Status: 'I' }), Is.EqualTo(Messages));
        Assert.That(client.Replies, Has.Count.EqualTo(Messages));
        Assert.That(client.Query("SELECT a"), Does.EndWith("T D(a) C(SELECT 1) Z(I)"));
    });

    [TestCase('H')]
    [TestCase('c')]
    [Property("Row", "N10")]
    public void A_megabyte_of_messages_that_mean_nothing_is_dropped(char type) => RunOnSmallStack(() =>
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Take();
        client.Send([.. Enumerable.Repeat(RawMessages.Message(type), Messages).SelectMany(message => message)]);
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Single.Received, Has.Count.EqualTo(1));
    });

    [Test]
    [Property("Row", "N10")]
    public void A_megabyte_of_short_replies_passes() => RunOnSmallStack(() =>
    {
        using var mux = TestMux.Start();
        var (client, server) = mux.LoginToDeaf();
        client.Send(RawMessages.Query("COPY OUT"));
        server.Send(Replies.CopyOutResponse(), [.. Enumerable.Repeat(Replies.CopyData(""), Messages).SelectMany(message => message)]);
        server.Send(Replies.CopyDone(), Replies.CommandComplete("COPY"), Replies.ReadyForQuery());
        Assert.That(client.Replies.Count(reply => reply.Type == 'd'), Is.EqualTo(Messages));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    });

    [TestCase("reads nothing")]
    [TestCase("reads little by little")]
    [Property("Row", "N10")]
    public void A_slow_reader_holds_up_nobody_on_its_loop(string how)
    {
        using var mux = TestMux.Start(("default_pool_size", "2"));
        var slow = mux.Login();
        var canary = mux.Login();
        slow.Take();
        slow.IsReading = false;
        slow.Send(RawMessages.Query("ROWS 1000 2000"));
        var began = mux.Network.Time.GetTimestamp();
        for (var i = 0; i < 100; i++)
        {
            if (how != "reads nothing")
            {
                // Reads what there is, and stops again.
                slow.IsReading = true;
                slow.IsReading = false;
            }

            Assert.That(canary.Query($"SELECT b{i}"), Does.EndWith($"T D(b{i}) C(SELECT 1) Z(I)"));
        }

        Assert.That(mux.Network.Time.GetTimestamp(), Is.EqualTo(began), "without any wait");
        slow.IsReading = true;
        Assert.That(slow.Replies.Count(reply => reply.Type == 'D'), Is.EqualTo(1000));
    }

    private static void RunOnSmallStack(Action test)
    {
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    test();
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            StackBytes);
        thread.Start();
        thread.Join();
        Assert.That(failure, Is.Null);
    }
}
