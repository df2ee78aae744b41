using Pgmux.Core.Clients.UserLookup;
using Pgmux.Protocol;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;

namespace Pgmux.Core.Tests.Clients.UserLookup;

/// <summary>How often the server is asked: once for all who log in at once, at a bounded pace for one user, anew as a rule.</summary>
[TestFixture]
internal sealed class AuthQuerySharingTests
{
    [TestCase(1)]
    [TestCase(3)]
    public void A_hundred_logins_of_one_user_at_once_are_one_query(int loops)
    {
        using var mux = LookupRig.Start(LookupRig.Settings(), loops);
        mux.Roles().Holds = true;
        var clients = Enumerable.Range(0, 100).Select(_ => mux.BeginLogin("carol")).ToArray();
        Assert.That(clients.Select(client => client.Take()), Is.All.Empty);
        mux.Roles().Holds = false;
        mux.Postgres.Single.Release();
        Assert.That(clients.Select(client => client.Answer("carol", "secret-of-carol")), Is.All.Empty);
        Assert.That(mux.Roles().Lookups, Is.EqualTo(1));
    }

    [Test]
    public void Who_leaves_does_not_take_the_query_of_the_others_along()
    {
        using var mux = LookupRig.Start(LookupRig.Settings(), loops: 2);
        mux.Roles().Holds = true;
        var clients = Enumerable.Range(0, 10).Select(_ => mux.BeginLogin("carol")).ToArray();
        foreach (var client in clients[..9])
        {
            client.Close();
        }

        mux.Roles().Holds = false;
        mux.Postgres.Single.Release();
        Assert.That(clients[9].Answer("carol", "secret-of-carol"), Is.Empty);
        Assert.That(mux.Roles().Lookups, Is.EqualTo(1));
    }

    [Test]
    public void Logins_of_many_users_open_no_more_servers_than_the_pool_may_have()
    {
        using var mux = LookupRig.Start(("default_pool_size", "3"), ("query_wait_timeout", "0"));
        mux.Roles().Holds = true;
        var clients = Enumerable.Range(0, 300).Select(i => mux.BeginLogin($"nobody{i}")).ToArray();
        Assert.That(mux.Postgres.Open.Count, Is.LessThanOrEqualTo(3));
        mux.Roles().Holds = false;
        while (mux.Postgres.Open.FirstOrDefault(server => server.IsWaiting) is { } waiting)
        {
            waiting.Release();
        }

        Assert.That(clients.Select((client, i) => client.Answer($"nobody{i}", "x")), Is.All.EqualTo(LookupRig.WrongPassword));
        Assert.That(mux.Postgres.Logins, Is.LessThanOrEqualTo(3));
        Assert.That(mux.Roles().Lookups, Is.EqualTo(300));
    }

    [TestCase("plain")]
    [TestCase("scram-sha-256")]
    public void A_changed_password_works_at_once(string method)
    {
        using var mux = LookupRig.Start(("auth_type", method));
        Assert.That(mux.TryLogin(), Is.Empty);
        mux.Roles()["carol"] = "changed";
        Assert.That(mux.TryLogin(password: "changed"), Is.Empty);
        Assert.That(mux.TryLogin(), Is.Not.Empty, "and the old one no more");
        mux.Roles().Remove("carol");
        Assert.That(mux.TryLogin(password: "changed"), Is.Not.Empty);
    }

    [Test]
    public void A_role_that_has_just_been_made_may_log_in_at_once()
    {
        using var mux = LookupRig.Start(("auth_query_cache_age", "60"));
        Assert.That(mux.TryLogin("dora", "right"), Is.EqualTo(LookupRig.WrongPassword));
        mux.Roles()["dora"] = "right";
        Assert.That(mux.TryLogin("dora", "right"), Is.Empty);
    }

    [Test]
    public void An_answer_serves_as_long_as_auth_query_cache_age_says()
    {
        using var mux = LookupRig.Start(("auth_query_cache_age", "10"));
        for (var i = 0; i < 20; i++)
        {
            Assert.That(mux.TryLogin(), Is.Empty);
        }

        Assert.That(mux.Roles().Lookups, Is.EqualTo(1));
        mux.Advance(11);
        Assert.That(mux.TryLogin(), Is.Empty);
        Assert.That(mux.Roles().Lookups, Is.EqualTo(2));
    }

    [TestCase("plain", "plain", 1)]
    [TestCase("md5", "md5", 1)]
    [TestCase("plain", "scram", 1)]
    [TestCase("scram-sha-256", "scram", 2)]
    public void A_failed_login_by_an_old_answer_asks_once_more(string method, string kind, int logins)
    {
        using var mux = LookupRig.Start(("auth_type", method), ("auth_query_cache_age", "60"));
        mux.Roles()["carol"] = Secret(kind, "old");
        Assert.That(mux.TryLogin(password: "old"), Is.Empty);
        mux.Roles()["carol"] = Secret(kind, "new");
        var answers = Enumerable.Range(0, logins).Select(_ => mux.TryLogin(password: "new")).ToArray();
        Assert.That(answers[^1], Is.Empty, "a SCRAM proof goes with the salt that it was given for: there it is the second login");
        Assert.That(mux.Roles().Lookups, Is.EqualTo(2));
        Assert.That(mux.TryLogin(password: "old"), Is.Not.Empty);
    }

    [TestCase("right name")]
    [TestCase("unknown name")]
    public void Wrong_passwords_do_not_flood_the_server(string who)
    {
        using var mux = LookupRig.Start();
        var user = who == "right name" ? "carol" : "nobody";
        const int Logins = 1000;
        for (var i = 0; i < Logins; i++)
        {
            Assert.That(mux.TryLogin(user, "wrong"), Is.EqualTo(LookupRig.WrongPassword));
        }

        Assert.That(mux.Roles().Lookups, Is.EqualTo(AuthQueryAllowance.Burst), "no time has passed");
        mux.Advance(AuthQueryAllowance.Pace * 2);
        for (var i = 0; i < Logins; i++)
        {
            mux.TryLogin(user, "wrong");
        }

        Assert.That(mux.Roles().Lookups, Is.EqualTo(AuthQueryAllowance.Burst + 2));
    }

    [Test]
    public void What_is_kept_of_users_is_bounded_and_goes_with_time()
    {
        using var mux = LookupRig.Start();
        for (var i = 0; i < 500; i++)
        {
            mux.TryLogin($"nobody{i}", "x");
        }

        Assert.That(mux.Mux.Clients.Users.Cache.Count, Is.EqualTo(500));
        mux.Advance(AuthQueryAllowance.Recovery + TimeSpan.FromSeconds(1));
        Assert.That(mux.Mux.Clients.Users.Cache.Count, Is.Zero);
    }

    [Test, Property("Row", "B45")]
    public void Two_thousand_logins_at_once_on_five_hundred_fresh_databases_come_in()
    {
        using var mux = LookupRig.Start(LookupRig.Settings(("auth_type", "scram-sha-256"), ("query_wait_timeout", "0")) with
        {
            Databases = new Dictionary<string, string> { ["*"] = TestMux.DatabaseLine },
        });
        mux.Roles()["carol"] = Secret("scram", "right");
        var clients = Enumerable.Range(0, 2000).Select(i => mux.BeginLogin("carol", $"fresh{i % 500}")).ToArray();
        Assert.That(clients.Select(client => client.Answer("carol", "right")), Is.All.Empty);
        Assert.That(mux.Mux.Pools.All, Has.Count.EqualTo(1000), "of carol and of who asks for her");
    }

    [Test]
    public void Databases_that_are_made_up_before_a_login_leave_no_pool_behind()
    {
        using var mux = LookupRig.Start(LookupRig.Settings(("server_login_retry", "2")) with
        {
            Databases = new Dictionary<string, string> { ["*"] = TestMux.DatabaseLine, ["named"] = TestMux.DatabaseLine },
        });
        mux.Postgres.Refusal = Replies.Fatal("3D000", "database does not exist");
        foreach (var database in Enumerable.Range(0, 100).Select(i => $"made-up{i}").Append("named"))
        {
            Assert.That(mux.TryLogin(database: database), Does.StartWith("E(08006"));
        }

        Assert.That(mux.Mux.Pools.All, Has.Count.EqualTo(101));
        mux.Advance(3);
        Assert.That(mux.Mux.Pools.All.Select(pool => pool.Key.Database), Is.EqualTo(new[] { "named" }));
        mux.Postgres.Refusal = null;
        Assert.That(mux.TryLogin(database: "made-up7"), Is.Empty);
    }

    [Test]
    public void A_reload_forgets_what_is_known()
    {
        using var mux = LookupRig.Start(("auth_query_cache_age", "60"));
        Assert.That(mux.TryLogin(), Is.Empty);
        Assert.That(mux.Reload(LookupRig.Settings(("auth_query_cache_age", "60"), ("verbose", "1"))), Is.True);
        Assert.That(mux.TryLogin(), Is.Empty);
        Assert.That(mux.Roles().Lookups, Is.EqualTo(2));
    }

    private static string Secret(string kind, string password) => kind switch
    {
        "md5" => Md5Password.HashSecret("carol", password),
        "scram" => ScramSecret.Derive(password, System.Text.Encoding.ASCII.GetBytes($"salt of {password}...."), 16).ToSecretText(),
        _ => password,
    };
}
