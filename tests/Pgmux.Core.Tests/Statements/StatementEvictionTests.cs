using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using static Pgmux.Core.Tests.Statements.StatementRig;

namespace Pgmux.Core.Tests.Statements;

/// <summary>Fewer statements on a server than clients use. That no server ever holds more is checked whenever a TestMux ends.</summary>
[TestFixture]
internal sealed class StatementEvictionTests
{
    [Test, Property("Row", "B96"), Property("Row", "E13")]
    public void Two_statements_in_one_batch_work_where_there_is_room_for_one()
    {
        using var mux = TestMux.Start(("max_prepared_statements", "1"), ("default_pool_size", "1"));
        var client = mux.Login();
        for (var round = 0; round < 3; round++)
        {
            Assert.That(
                client.Ask(
                    RawMessages.Parse("SELECT a", "a"), RawMessages.BindPortal("p1", "a"), RawMessages.Parse("SELECT b", "b"), RawMessages.BindPortal("p2", "b"),
                    RawMessages.Execute("p1"), RawMessages.Execute("p2"), RawMessages.Sync()),
                Is.EqualTo("1 2 1 2 D(a) C(SELECT 1) D(b) C(SELECT 1) Z(I)"));
            Assert.That(client.Ask([.. Use("a"), .. Use("b")]), Is.EqualTo("2 D(a) C(SELECT 1) Z(I) 2 D(b) C(SELECT 1) Z(I)"));
            Assert.That(
                client.Ask(
                    RawMessages.Bind("a"), RawMessages.Execute(), RawMessages.Bind("b"), RawMessages.Execute(), RawMessages.Bind("a"), RawMessages.Execute(),
                    RawMessages.CloseStatement("a"), RawMessages.CloseStatement("b"), RawMessages.Sync()),
                Is.EqualTo("2 D(a) C(SELECT 1) 2 D(b) C(SELECT 1) 2 D(a) C(SELECT 1) 3 3 Z(I)"));
        }
    }

    [Test, Property("Row", "B97"), Property("Row", "E13"), Property("Row", "E04")]
    public void Evictions_do_not_disturb_who_only_flushes()
    {
        using var mux = TestMux.Start(("max_prepared_statements", "1"), ("default_pool_size", "1"));
        var client = mux.Login();
        for (var round = 0; round < 3; round++)
        {
            foreach (var name in new[] { "a", "b", "c" })
            {
                Assert.That(client.Ask(RawMessages.Parse($"SELECT {name}", name), RawMessages.DescribeStatement(name), RawMessages.Flush()), Is.EqualTo("1 t T"));
                Assert.That(client.Ask(RawMessages.Bind(name), RawMessages.Execute(), RawMessages.Flush()), Is.EqualTo($"2 D({name}) C(SELECT 1)"));
            }

            Assert.That(client.Ask(RawMessages.Bind("a"), RawMessages.Execute(), RawMessages.Flush()), Is.EqualTo("2 D(a) C(SELECT 1)"));
            Assert.That(
                client.Ask(RawMessages.CloseStatement("a"), RawMessages.CloseStatement("b"), RawMessages.CloseStatement("c"), RawMessages.Flush()),
                Is.EqualTo("3 3 3"));
            Assert.That(client.Ask(RawMessages.Sync()), Is.EqualTo("Z(I)"));
        }
    }

    [Test, Property("Row", "E13"), Property("Row", "B94")]
    public void An_error_in_a_batch_with_evictions_leaves_both_sides_right()
    {
        using var mux = TestMux.Start(("max_prepared_statements", "1"), ("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask([.. Prepare("SELECT a", "a"), .. Prepare("SELECT b", "b"), .. Prepare("FAIL", "f")]);
        for (var round = 0; round < 3; round++)
        {
            Assert.That(
                client.Ask(
                    RawMessages.Bind("a"), RawMessages.Execute(), RawMessages.Bind("f"), RawMessages.Execute(), RawMessages.Bind("b"), RawMessages.Execute(),
                    RawMessages.Parse("SELECT c", "c"), RawMessages.Sync()),
                Is.EqualTo("2 D(a) C(SELECT 1) 2 E(22012 division by zero) Z(I)"));
            Assert.That(client.Ask(Use("b")), Is.EqualTo("2 D(b) C(SELECT 1) Z(I)"));
            Assert.That(client.Ask(Use("c")), Is.EqualTo("E(26000 prepared statement \"c\" does not exist) Z(I)"));
            Assert.That(client.Ask(Use("a")), Is.EqualTo("2 D(a) C(SELECT 1) Z(I)"));
        }
    }

    [TestCase("1")]
    [TestCase("200")]
    [Property("Row", "B95"), Property("Row", "E13")]
    public void A_client_that_leaves_in_the_middle_harms_nobody_with_the_same_text(string most)
    {
        byte[] all = [.. Prepare("SELECT other", "o").Concat(Whole("SELECT a", "a")).SelectMany(message => message)];
        using var mux = TestMux.Start(("max_prepared_statements", most), ("default_pool_size", "1"));
        var canary = mux.Login();
        for (var cut = 0; cut <= all.Length; cut++)
        {
            var client = mux.Login();
            client.Send(all[..cut]);
            client.Reset();
            Assert.That(canary.Ask(Whole("SELECT a", $"a{cut}")), Is.EqualTo("1 2 T D(a) C(SELECT 1) Z(I)"), $"cut at {cut}");
        }
    }

    [Test, Property("Row", "B98")]
    public void No_number_of_clients_makes_a_server_hold_more_than_the_limit()
    {
        const int Clients = 40;
        const int Texts = 60;
        using var mux = TestMux.Start(loops: 2, ("max_prepared_statements", "7"), ("default_pool_size", "3"));
        var clients = Enumerable.Range(0, Clients).Select(_ => mux.Login()).ToArray();
        for (var text = 0; text < Texts; text++)
        {
            for (var i = 0; i < Clients; i++)
            {
                clients[i].Write([.. Whole($"SELECT t{(text + i) % Texts}", $"s{text}").SelectMany(message => message)]);
            }

            mux.Network.RunUntilIdle();
        }

        for (var i = 0; i < Clients; i++)
        {
            var expected = Enumerable.Range(0, Texts).Select(text => $"1 2 T D(t{(text + i) % Texts}) C(SELECT 1) Z(I)");
            Assert.That(clients[i].Take(), Is.EqualTo(string.Join(' ', expected)), $"client {i}");
        }

        Assert.That(mux.Postgres.Database.Audit!.Highest, Is.EqualTo(7));
    }

    [Test, Property("Row", "B91")]
    public void A_name_never_stands_for_a_second_text()
    {
        const int Texts = 20_000;
        using var mux = TestMux.Start(("max_prepared_statements", "5"), ("default_pool_size", "2"));
        var client = mux.Login();
        for (var text = 0; text < Texts; text++)
        {
            var answer = client.Ask([RawMessages.Parse($"SELECT t{text}", "s"), RawMessages.Bind("s"), RawMessages.Execute(), RawMessages.CloseStatement("s"), RawMessages.Sync()]);
            Assert.That(answer, Is.EqualTo($"1 2 D(t{text}) C(SELECT 1) 3 Z(I)"));
            switch (text % 1000)
            {
                case 100:
                    client.Query("DISCARD ALL");
                    break;
                case 300:
                    mux.Reload(TestMux.SettingsOf(("max_prepared_statements", "5"), ("default_pool_size", "2")));
                    break;
                case 500:
                    client.Query("DEALLOCATE ALL");
                    break;
                case 700:
                    client.Close();
                    client = mux.Login();
                    break;
            }
        }

        Assert.That(mux.Postgres.Servers.SelectMany(server => server.Parses).Select(parse => parse.Name).Distinct().Count(), Is.GreaterThanOrEqualTo(Texts));
        Assert.That(mux.Postgres.Database.Audit!.Violations, Is.Empty);
    }
}
