using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>SUSPEND: all connections come to rest, and nobody is read or accepted until RESUME.</summary>
[TestFixture]
internal sealed class SuspendTests
{
    private const string Answer = "T D(a) C(SELECT 1) Z(I)";
    private const string Suspended = "C(SUSPEND) Z(I)";

    [Test]
    public void Nobody_is_read_or_accepted_until_RESUME([Values(1, 2)] int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "2"));
        var (idle, inside, console) = (mux.Login(), mux.Login(), Console(mux));
        idle.Query("SELECT a");
        inside.Query("BEGIN");
        Suspend(mux, console);
        Assert.That(State(console), Is.EqualTo("active=no paused=no suspended=yes"));

        idle.Send(RawMessages.Query("SELECT a"));
        inside.Send(RawMessages.Query("SELECT a"));
        var late = mux.BeginLogin();
        mux.Advance(100);
        Assert.That((idle.Take(), inside.Take(), late.Take()), Is.EqualTo(("", "", "")), "no time limit ends a wait, however long it is");
        Assert.That(mux.RentedBytes, Is.Zero, "nothing of theirs is in memory");

        Assert.That(console.Query("RESUME"), Is.EqualTo("C(RESUME) Z(I)"));
        Assert.That((idle.Take(), inside.Take()), Is.EqualTo((Answer, "T D(a) C(SELECT 1) Z(T)")));
        Assert.That(late.Take(), Does.EndWith("Z(I)"));
        Assert.That(inside.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(State(console), Is.EqualTo("active=yes paused=no suspended=no"));
    }

    [Test]
    public void What_has_begun_is_finished_first([Values(1, 2)] int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "1"));
        var (busy, waiting, console) = (mux.Login(), mux.Login(), Console(mux));
        busy.Send(RawMessages.Query("WAIT"));
        waiting.Send(RawMessages.Query("SELECT a"));
        console.Send(RawMessages.Query("SUSPEND"));
        mux.Advance(2);
        Assert.That(console.Take(), Is.Empty, "somebody has asked and waits for a server");

        mux.Postgres.Single.Release();
        Assert.That(busy.Take(), Does.Contain("D(waited)").And.EndWith("Z(I)"));
        Assert.That(waiting.Take(), Is.EqualTo(Answer));
        mux.Advance(1);
        Assert.That(console.Take(), Is.EqualTo(Suspended));
        Assert.That(console.Query("RESUME"), Is.EqualTo("C(RESUME) Z(I)"));
        Assert.That(busy.Query("SELECT a"), Is.EqualTo(Answer));
    }

    [Test]
    public void An_answer_that_comes_meanwhile_stays_with_its_server()
    {
        using var mux = TestMux.Start();
        var (client, console) = (mux.Login(), Console(mux));
        client.Send(RawMessages.Query("WAIT x"));
        Suspend(mux, console);
        mux.Postgres.Single.Release();
        mux.Advance(5);
        Assert.That(client.Take(), Is.Empty);
        console.Query("RESUME");
        Assert.That(client.Take(), Does.Contain("D(x)").And.EndWith("Z(I)"));
    }

    [Test]
    public void A_message_that_does_not_end_is_cut_off_after_suspend_timeout([Values(1, 2)] int loops)
    {
        using var mux = TestMux.Start(loops, ("suspend_timeout", "5"));
        var (half, login, idle, console) = (mux.Login(), mux.Connect(), mux.Login(), Console(mux));
        half.Send(RawMessages.Query("SELECT something long")[..12]);
        login.Send(RawMessages.Startup(("user", "alice"), ("database", "db"))[..10]);
        console.Send(RawMessages.Query("SUSPEND"));
        mux.Advance(4);
        Assert.That((console.Take(), half.Take(), login.Take()), Is.EqualTo(("", "", "")));
        mux.Advance(2);
        Assert.That(console.Take(), Is.EqualTo(Suspended));
        Assert.That((half.Take(), login.Take()), Is.EqualTo(("E(57P01 suspend_timeout) EOF", "E(57P01 suspend_timeout) EOF")));
        console.Query("RESUME");
        Assert.That(idle.Query("SELECT a"), Is.EqualTo(Answer));
    }

    [Test]
    public void A_timeout_of_zero_waits_as_long_as_it_takes()
    {
        using var mux = TestMux.Start(("suspend_timeout", "0"));
        var (half, console) = (mux.Login(), Console(mux));
        var message = RawMessages.Query("SELECT a");
        half.Send(message[..7]);
        console.Send(RawMessages.Query("SUSPEND"));
        mux.Advance(1000);
        Assert.That(console.Take(), Is.Empty);
        half.Send(message[7..]);
        mux.Advance(1);
        Assert.That(console.Take(), Is.EqualTo(Suspended));
        console.Query("RESUME");
        Assert.That(half.Take(), Is.EqualTo(Answer));
    }

    [Test]
    public void It_ends_when_the_last_administrator_has_gone([Values(1, 2)] int loops)
    {
        using var mux = TestMux.Start(loops);
        var (client, first, second) = (mux.Login(), Console(mux), Console(mux));
        Suspend(mux, first);
        first.Close();
        client.Send(RawMessages.Query("SELECT a"));
        mux.Advance(2);
        Assert.That(client.Take(), Is.Empty, "the other one can still end it");
        second.Reset();
        mux.Advance(1);
        Assert.That(client.Take(), Is.EqualTo(Answer));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.One.EqualTo("admin disappeared when suspended, doing RESUME"));
    }

    [Test]
    public void A_SUSPEND_whose_administrator_leaves_is_withdrawn()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("suspend_timeout", "0"));
        var (busy, waiting, console, other) = (mux.Login(), mux.Login(), Console(mux), Console(mux));
        busy.Send(RawMessages.Query("WAIT"));
        waiting.Send(RawMessages.Query("SELECT a"));
        console.Send(RawMessages.Query("SUSPEND"));
        console.Reset();
        mux.Advance(1);
        Assert.That(State(other), Is.EqualTo("active=yes paused=no suspended=no"));
        mux.Postgres.Single.Release();
        Assert.That(busy.Query("SELECT a"), Does.EndWith(Answer));
        Assert.That(waiting.Take(), Is.EqualTo(Answer));
    }

    [Test, Property("Row", "D04")]
    public void PAUSE_KILL_and_SUSPEND_keep_out_of_each_other_s_way()
    {
        using var mux = TestMux.Start();
        var console = Console(mux);
        Suspend(mux, console);
        foreach (var command in new[] { "SUSPEND", "PAUSE", "PAUSE db", "KILL", "KILL db" })
        {
            Assert.That(console.Query(command), Is.EqualTo("E(08P01 already suspended/paused) Z(I)"), command);
        }

        Assert.That(mux.Mux.Switches.TryPause(), Is.False, "SIGUSR1");
        Assert.That(console.Query("RESUME"), Is.EqualTo("C(RESUME) Z(I)"));
        Assert.That(console.Query("RESUME"), Is.EqualTo("E(08P01 pooler is not paused/suspended) Z(I)"));
        console.Query("PAUSE db");
        mux.Advance(1);
        console.Take();
        Assert.That(console.Query("SUSPEND"), Is.EqualTo("E(08P01 cannot suspend with paused databases) Z(I)"));
        console.Query("RESUME db");
        console.Query("PAUSE");
        mux.Advance(1);
        console.Take();
        Assert.That(console.Query("SUSPEND"), Is.EqualTo("E(08P01 already suspended/paused) Z(I)"));
        Assert.That(console.Query("RESUME"), Is.EqualTo("C(RESUME) Z(I)"));
    }

    [TestCase("SHUTDOWN WAIT_FOR_SERVERS")]
    [TestCase("SHUTDOWN WAIT_FOR_CLIENTS")]
    [TestCase("SHUTDOWN")]
    [Property("Row", "D13")]
    public void A_pooler_that_is_suspended_can_be_ended(string command)
    {
        using var mux = TestMux.Start();
        var (client, console) = (mux.Login(), Console(mux));
        Suspend(mux, console);
        client.Send(RawMessages.Query("SELECT a"), RawMessages.Terminate());
        console.Send(RawMessages.Query(command));
        mux.Advance(3);
        Assert.That(client.Take(), Does.EndWith("EOF"));
        console.Close();
        mux.Advance(2);
        Assert.That(mux.Mux.Stopped.IsCompleted, Is.True);
    }

    [Test]
    public void Clients_at_work_lose_nothing_over_many_suspensions([Values(1, 2, 3)] int seed)
    {
        using var mux = TestMux.StartSliced(seed, ("default_pool_size", "2"));
        var console = Console(mux);
        var clients = Enumerable.Range(0, 6).Select(_ => mux.Login()).ToArray();
        for (var round = 0; round < 30; round++)
        {
            for (var i = 0; i < clients.Length; i++)
            {
                clients[i].Write(RawMessages.Query($"SELECT {round}-{i}"));
            }

            console.Send(RawMessages.Query("SUSPEND"));
            mux.Advance(2);
            Assert.That(console.Take(), Is.EqualTo(Suspended), $"round {round}");
            Assert.That(console.Query("RESUME"), Is.EqualTo("C(RESUME) Z(I)"), $"round {round}");
            for (var i = 0; i < clients.Length; i++)
            {
                Assert.That(clients[i].Take(), Is.EqualTo($"T D({round}-{i}) C(SELECT 1) Z(I)"), $"round {round}");
            }
        }
    }

    private static void Suspend(TestMux mux, FakeClient console)
    {
        console.Send(RawMessages.Query("SUSPEND"));
        mux.Advance(1);
        Assert.That(console.Take(), Is.EqualTo(Suspended));
    }

    private static FakeClient Console(TestMux mux)
    {
        var console = mux.Login("admin", "pgbouncer");
        console.Take();
        return console;
    }

    private static string State(FakeClient console)
    {
        console.Send(RawMessages.Query("SHOW STATE"));
        return string.Join(' ', console.TakeReplies().Where(reply => reply.Type == 'D').Select(reply => string.Join('=', reply.Columns())));
    }
}
