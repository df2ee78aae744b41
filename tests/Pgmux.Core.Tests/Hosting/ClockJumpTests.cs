using Pgmux.Core.Tests.Hosting.Faults;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>The time of day is set while clients and servers are under all kinds of time limits.</summary>
[TestFixture]
internal sealed class ClockJumpTests
{
    private static readonly (string, string)[] Limits =
    [
        ("query_timeout", "60"), ("query_wait_timeout", "60"), ("client_idle_timeout", "60"), ("idle_transaction_timeout", "60"),
        ("client_login_timeout", "60"), ("server_idle_timeout", "60"), ("server_lifetime", "300"), ("server_connect_timeout", "60"),
        ("default_pool_size", "2"), ("stats_users", ConsoleRows.User), ("stats_period", "60"),
    ];

    [TestCase(1)]
    [TestCase(-1)]
    [TestCase(365)]
    [Property("Row", "S22")]
    public void No_time_limit_passes_or_stops_because_the_time_of_day_has_been_set(int days)
    {
        FaultyLoop? loop = null;
        var nothing = new FaultPoint(int.MaxValue, _ => false, () => new InvalidOperationException());
        using var mux = TestMux.StartOn(inner => loop = new FaultyLoop(inner, nothing), Limits);
        var (idle, running, inTransaction, waiting) = (mux.Login(), mux.Login(), mux.Login(), mux.Login());
        var loggingIn = mux.Connect();
        running.Send(RawMessages.Query("WAIT"));
        inTransaction.Query("BEGIN");
        waiting.Send(RawMessages.Query("SELECT w"));
        FakeClient[] clients = [idle, running, inTransaction, waiting, loggingIn];
        Array.ForEach(clients, client => client.Take());

        loop!.Clock.Jump = TimeSpan.FromDays(days);
        mux.Advance(50);
        Assert.That(clients.Select(client => client.Take()), Is.All.Empty, "nothing has taken a minute");
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2), "no server was closed");
        var row = mux.Show("CLIENTS").Single(row => row["state"] == "waiting" && row["wait"] != "0");
        Assert.That(row["wait"], Is.EqualTo("50"));

        loop.Clock.Jump = TimeSpan.Zero;
        mux.Advance(11);
        Assert.That(clients.Select(client => client.Take()), Is.All.EndsWith("EOF"), "and each limit holds in its own time");
    }
}
