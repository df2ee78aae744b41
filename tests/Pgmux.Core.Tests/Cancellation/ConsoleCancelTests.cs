using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Cancellation;

/// <summary>
/// Cancel requests with the key of a console session. Where no command waits, as PAUSE and WAIT_CLOSE do, there is none that a request
/// could stop: it must leave everything as it is.
/// </summary>
[TestFixture]
internal sealed class ConsoleCancelTests
{
    [TestCase(1, "simple")]
    [TestCase(2, "simple")]
    [TestCase(2, "extended")]
    [Property("Row", "X10")]
    public void A_cancel_of_a_console_session_harms_nobody_and_its_commands_are_answered(int loops, string protocol)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "1"));
        var (busy, waiting) = (mux.Login(), mux.Login());
        busy.Send(RawMessages.Query("WAIT"));
        waiting.Send(RawMessages.Query("SELECT b"));
        var console = mux.Login("admin", "pgbouncer");
        console.Take();

        mux.Cancel(console);
        Assert.That(console.Take(), Is.Empty, "no byte between two commands");

        // The request arrives while the answer is collected from the loops.
        console.Write(protocol == "simple"
            ? RawMessages.Query("SHOW CLIENTS")
            : [.. RawMessages.Parse("SHOW CLIENTS"), .. RawMessages.Bind(), .. RawMessages.Execute(), .. RawMessages.Sync()]);
        mux.Cancel(console);
        Assert.That(console.Take(), Does.EndWith("C(SHOW) Z(I)"));
        Assert.That(console.Query("SHOW VERSION"), Does.EndWith("C(SHOW) Z(I)"));

        Assert.That(mux.Postgres.Cancels, Is.Empty);
        Assert.That(busy.Take() + waiting.Take(), Is.Empty);
        mux.Postgres.Single.Release();
        Assert.That(busy.Take(), Is.EqualTo("T D(waited) C(SELECT 1) Z(I)"));
        Assert.That(waiting.Take(), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "X10")]
    public void The_key_of_a_console_session_ends_with_it()
    {
        using var mux = TestMux.Start();
        var console = mux.Login("admin", "pgbouncer");
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        console.Send(RawMessages.Terminate());
        Assert.That(mux.Cancel(console).Take(), Is.EqualTo("EOF"));
        Assert.That(mux.Postgres.Cancels, Is.Empty);
        mux.Postgres.Single.Release();
        Assert.That(client.Take(), Is.EqualTo("T D(waited) C(SELECT 1) Z(I)"));
    }
}
