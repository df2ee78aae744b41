using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Parameters;

[TestFixture]
internal sealed class FollowingParametersTests
{
    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "B167"), Property("Row", "B161")]
    public void Parameters_follow_their_clients_over_servers(int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "2"));
        var clients = Enumerable.Range(0, 6).Select(i => mux.Login(parameters:
        [
            ("application_name", $"app{i}"), ("TimeZone", $"Zone{i % 2}"), ("DateStyle", i % 2 == 0 ? "SQL" : "German"),
        ])).ToArray();
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < clients.Length; i++)
            {
                clients[i].Write(RawMessages.Query("SHOW application_name; SHOW TimeZone; SHOW DateStyle"));
            }

            mux.Network.RunUntilIdle();
            var values = clients.Select(client => string.Join(' ', client.Take().Split(' ').Where(word => word.StartsWith("D(", StringComparison.Ordinal))));
            Assert.That(values, Is.EqualTo(clients.Select((_, i) => $"D(app{i}) D(Zone{i % 2}) D({(i % 2 == 0 ? "SQL" : "German")},")));
        }
    }

    [Test, Property("Row", "B164")]
    public void What_a_client_sets_follows_it_and_what_is_rolled_back_does_not()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (client, other) = (mux.Login(), mux.Login());
        Assert.That(client.Query("SET application_name = 'kept'"), Is.EqualTo("C(SET) S(application_name=kept) Z(I)"));
        client.Query("BEGIN");
        client.Query("SET application_name = 'lost'");
        client.Query("ROLLBACK");
        Assert.That(other.Query("SHOW application_name"), Does.Contain("D()"));
        Assert.That(client.Query("SHOW application_name"), Does.Contain("D(kept)"));
    }

    [Test, Property("Row", "B161")]
    public void Two_clients_that_set_the_same_value_in_turn_both_have_it()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var (first, second, third) = (mux.Login(), mux.Login(), mux.Login());
        first.Query("SET TimeZone = 'Zone1'");
        second.Query("SET TimeZone = 'Zone1'");
        third.Query("SELECT a");
        Assert.That(first.Query("SHOW TimeZone"), Does.Contain("D(Zone1)"));
        Assert.That(second.Query("SHOW TimeZone"), Does.Contain("D(Zone1)"));
        Assert.That(third.Query("SHOW TimeZone"), Does.Contain("D(UTC)"));
    }

    [TestCase("RESET ALL")]
    [TestCase("DISCARD ALL")]
    [TestCase("RESET application_name")]
    [Property("Row", "B162")]
    public void RESET_brings_back_the_value_of_the_clients_own_login(string sql)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login(parameters: ("application_name", "mine"));
        client.Query("SET application_name = 'other'");
        Assert.That(client.Query(sql), Does.Contain("S(application_name=mine)"));
        Assert.That(client.Query("SHOW application_name"), Does.Contain("D(mine)"));
        mux.Login().Query("SELECT a");
        Assert.That(client.Query("SHOW application_name"), Does.Contain("D(mine)"));
    }

    [Test, Property("Row", "B162")]
    public void A_value_that_is_set_after_RESET_in_one_query_stays_set()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login(parameters: ("application_name", "mine"));
        client.Query("SELECT a");
        Assert.That(client.Query("RESET ALL; SET application_name = 'newest'"), Does.Contain("S(application_name=newest)"));
        Assert.That(client.Query("SHOW application_name"), Does.Contain("D(newest)"));
    }

    [Test, Property("Row", "B160")]
    public void A_parameter_that_the_server_does_not_report_is_each_clients_own()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("track_extra_parameters", "search_path"));
        var (first, second, third) = (mux.Login(parameters: ("search_path", "a")), mux.Login(parameters: ("search_path", "b, c")), mux.Login());
        for (var round = 0; round < 3; round++)
        {
            Assert.That(first.Query("SHOW search_path"), Does.Contain("D(a)"));
            Assert.That(second.Query("SHOW search_path"), Does.Contain("D(b, c)"));
            Assert.That(third.Query("SHOW search_path"), Does.Contain("D()"));
        }
    }

    [TestCase("RESET ALL")]
    [TestCase("DISCARD ALL")]
    [Property("Row", "B160"), Property("Row", "B162")]
    public void A_parameter_that_the_server_does_not_report_survives_RESET(string sql)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("track_extra_parameters", "search_path"));
        var client = mux.Login(parameters: ("search_path", "a"));
        client.Query("SELECT a");
        client.Query(sql);
        Assert.That(client.Query("SHOW search_path"), Does.Contain("D(a)"));
        Assert.That(mux.Login(parameters: ("search_path", "a")).Query("SHOW search_path"), Does.Contain("D(a)"));
    }

    [Test, Property("Row", "B160"), Property("Row", "B145")]
    public void A_parameter_that_the_server_does_not_report_is_set_again_after_the_reset_query()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("pool_mode", "session"), ("track_extra_parameters", "search_path"));
        for (var round = 0; round < 3; round++)
        {
            var client = mux.Login(parameters: ("search_path", "a"));
            Assert.That(client.Query("SHOW search_path"), Does.Contain("D(a)"));
            client.Send(RawMessages.Terminate());
        }
    }

    [Test, Property("Row", "B168"), Property("Row", "P13")]
    public void A_value_that_the_server_refuses_costs_its_client_and_nobody_else()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var canary = mux.Login();
        var client = mux.Login(parameters: ("TimeZone", "Nowhere"));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("E(22023 invalid server parameter) EOF"));
        Assert.That(canary.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Servers.SelectMany(server => server.Executed).Count(sql => sql == "SELECT a"), Is.EqualTo(1));
    }

    [Test]
    public void A_client_that_dies_while_its_parameters_are_asked_for_leaves_nothing_behind()
    {
        using var mux = TestMux.Start();
        mux.Login();
        mux.Postgres.Single.IsAutomatic = false;
        var client = mux.Login(parameters: ("application_name", "mine"));
        client.Send(RawMessages.Query("SELECT a"));
        client.Reset();
        Assert.That(mux.Counts.Active, Is.Zero);
    }

    [Test, Property("Row", "B72")]
    public void Two_parameters_that_change_in_one_pipeline_are_both_told()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(
            RawMessages.Parse("SET DateStyle = 'SQL'"), RawMessages.Bind(), RawMessages.Execute(),
            RawMessages.Parse("SET application_name = 'x'"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync());
        Assert.That(client.Take(), Is.EqualTo("1 2 C(SET) 1 2 C(SET) S(application_name=x) S(DateStyle=SQL, MDY) Z(I)"));
    }

    [Test, Property("Row", "B166"), Property("Row", "S18")]
    public void A_server_of_another_version_serves_old_clients()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Query("SELECT a");
        mux.Postgres.Single.Close();
        mux.Postgres.LoginNoise = Replies.ParameterStatus("server_version", "18.0");
        Assert.That(client.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void Inside_a_transaction_RESET_goes_back_to_the_value_of_the_servers_login()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        mux.Login().Query("SELECT 1");
        var client = mux.Login(parameters: ("TimeZone", "Asia/Tokyo"));
        client.Query("BEGIN");
        Assert.That(client.Query("SET TimeZone = 'Mars'; RESET TimeZone; SHOW TimeZone"), Does.Contain("D(UTC)").And.Contains("S(TimeZone=Asia/Tokyo)"));
        client.Query("COMMIT");
        Assert.That(client.Query("SHOW TimeZone"), Does.Contain("D(Asia/Tokyo)"));
    }
}
