using System.Net;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>Ten thousand clients at once.</summary>
[TestFixture]
internal sealed class CrowdTests
{
    private const int Crowd = 10_000;
    private const int Admitted = 9_000;

    [Test, Property("Row", "B196")]
    public void Ten_thousand_connects_at_one_instant_are_all_served_or_told()
    {
        using var mux = TestMux.Start(loops: 2, ("max_client_conn", $"{Admitted}"), ("default_pool_size", "20"));
        var canary = mux.Login("bob");
        canary.Take();
        var before = mux.Network.Time.GetTimestamp();
        var clients = ConnectAtOnce(mux, Crowd);
        foreach (var client in clients)
        {
            client.Write(RawMessages.Startup(("user", "alice"), ("database", "db")));
        }

        mux.Network.RunUntilIdle();
        Assert.That(mux.Network.Time.GetTimestamp(), Is.EqualTo(before), "at one instant");
        var traces = clients.Select(client => client.Take()).ToArray();
        Assert.That(traces.Count(trace => trace.EndsWith("Z(I)", StringComparison.Ordinal)), Is.EqualTo(Admitted - 1));
        Assert.That(
            traces.Count(trace => trace == "E(53300 no more connections allowed (max_client_conn)) EOF"), Is.EqualTo(Crowd - (Admitted - 1)));
        Assert.That(canary.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));

        var served = clients.Where(client => !client.IsClosed).ToArray();
        foreach (var client in served)
        {
            client.Write(RawMessages.Query("SELECT a"));
        }

        mux.Network.RunUntilIdle();
        Assert.That(served.All(client => client.Take() == "T D(a) C(SELECT 1) Z(I)"), Is.True);
        Assert.That(mux.Postgres.Logins, Is.LessThanOrEqualTo(21));
        Array.ForEach(clients, client => client.Close());
    }

    // How long the loops pause for it in real time is no matter of a simulation.
    [Test, Property("Row", "D10")]
    public void The_list_of_ten_thousand_clients_is_whole_and_right_while_they_churn()
    {
        using var mux = TestMux.Start(loops: 2, ("max_client_conn", $"{2 * Crowd}"), ("stats_users", ConsoleRows.User), ("default_pool_size", "20"));
        var clients = ConnectAtOnce(mux, Crowd);
        for (var i = 0; i < Crowd; i++)
        {
            clients[i].Write(RawMessages.Startup(("user", "alice"), ("database", "db"), ("application_name", i < Crowd / 2 ? "stays" : "churns")));
        }

        mux.Network.RunUntilIdle();
        var console = mux.Login(ConsoleRows.User, "pgbouncer");
        for (var round = 0; round < 2; round++)
        {
            console.Take();

            // All in one instant: some leave and come while the loops are asked one after the other.
            console.Write(RawMessages.Query("SHOW CLIENTS"));
            foreach (var client in clients.Skip(Crowd / 2).Where((_, i) => i % 3 == round))
            {
                client.Write(RawMessages.Terminate());
            }

            var fresh = ConnectAtOnce(mux, 100);
            Array.ForEach(fresh, client => client.Write(RawMessages.Startup(("user", "alice"), ("database", "db"), ("application_name", "fresh"))));
            mux.Network.RunUntilIdle();

            var names = console.Replies.Single(reply => reply.Type == 'T').ColumnNames().ToList();
            var rows = console.Replies.Where(reply => reply.Type == 'D').Select(reply => reply.Columns()).ToArray();
            string?[] Column(string name) => [.. rows.Select(row => row[names.IndexOf(name)])];
            Assert.That(console.Replies[^1].Type, Is.EqualTo('Z'));
            Assert.That(Column("id"), Is.Unique, "nobody twice");
            Assert.That(Column("application_name").Count(name => name == "stays"), Is.EqualTo(Crowd / 2), "nobody left out");
            Assert.That(Column("state"), Is.All.AnyOf("active", "idle", "waiting"));
            Assert.That(Column("user"), Is.All.EqualTo("alice").Or.EqualTo(ConsoleRows.User));
            Array.ForEach(fresh, client => client.Close());
        }

        Assert.That(mux.RentedBytes, Is.Zero, "the memory of the answers is given back");
        Array.ForEach(clients, client => client.Close());
    }

    // As many connects under way at once as are asked for.
    private static FakeClient[] ConnectAtOnce(TestMux mux, int count)
    {
        var outside = mux.Network.Loops[^1];
        var transports = new List<TransportConnection>();
        outside.Post(
            _ =>
            {
                for (var i = 0; i < count; i++)
                {
                    _ = ConnectAsync();
                }
            },
            null);
        mux.Network.RunUntilIdle();
        Assert.That(transports, Has.Count.EqualTo(count));
        return [.. transports.Select(transport => new FakeClient(mux.Network, transport))];

        async Task ConnectAsync() => transports.Add(
            await outside.ConnectAsync(new ConnectOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 6432) }, CancellationToken.None));
    }
}
