using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>server_fast_close: sessions whose server is to be closed end between two transactions.</summary>
[TestFixture]
internal sealed class FastCloseTests
{
    private const string Cut = "E(57P01 database configuration changed) EOF";

    [Test]
    public void A_session_between_transactions_ends_at_once_and_one_inside_at_its_end()
    {
        using var mux = Start("1");
        var (between, inside) = (mux.Login(), mux.Login());
        between.Query("SELECT a");
        inside.Query("BEGIN");
        mux.Pool.Reconnect();
        mux.Advance(1);
        Assert.That(between.Take(), Is.EqualTo(Cut));
        Assert.That(inside.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(T)"));
        inside.Send(RawMessages.Query("COMMIT"));
        mux.Advance(1);
        Assert.That(inside.Take(), Is.EqualTo($"C(COMMIT) Z(I) {Cut}"));
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [Test]
    public void Without_it_a_session_keeps_its_server_until_its_end()
    {
        using var mux = Start("0");
        var client = mux.Login();
        client.Query("SELECT a");
        mux.Pool.Reconnect();
        mux.Advance(60);
        Assert.That(client.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        client.Send(RawMessages.Terminate());
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [Test]
    public void A_pause_cuts_no_session()
    {
        using var mux = Start("1");
        var client = mux.Login();
        client.Query("SELECT a");
        mux.Pool.Pause();
        mux.Advance(60);
        Assert.That(client.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        mux.Pool.Resume();
    }

    [Test]
    public void A_reload_turns_it_on_for_servers_that_were_to_be_closed_before()
    {
        using var mux = Start("0");
        var client = mux.Login();
        client.Query("SELECT a");
        mux.Pool.Reconnect();
        Assert.That(mux.Reload(TestMux.SettingsOf(("pool_mode", "session"), ("server_fast_close", "1"))), Is.True);
        mux.Advance(1);
        Assert.That(client.Take(), Is.EqualTo(Cut));
    }

    private static TestMux Start(string fastClose) => TestMux.Start(("pool_mode", "session"), ("server_fast_close", fastClose));
}
