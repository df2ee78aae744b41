using Pgmux.Protocol;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients.UserLookup;

/// <summary>Logins of users that only the server knows, in every way that a client may prove who it is.</summary>
[TestFixture]
internal sealed class AuthQueryLoginTests
{
    private static readonly string[] Kinds = ["plain", "md5", "scram"];

    [Test, Combinatorial]
    public void A_secret_of_any_form_lets_in_whoever_has_the_password(
        [Values("plain", "md5", "scram-sha-256")] string method, [ValueSource(nameof(Kinds))] string kind, [Values(false, true)] bool isHba)
    {
        using var mux = LookupRig.Start(Settings(method, isHba));
        mux.Roles()["dora"] = Secret(kind, "dora", "right");
        var isPossible = (method, kind) is not ("scram-sha-256", "md5");
        var failure = method == "scram-sha-256" || (method == "md5" && kind == "scram") ? LookupRig.WrongProof : LookupRig.WrongPassword;
        Assert.That(mux.TryLogin("dora", "right"), Is.EqualTo(isPossible ? "" : failure));
        Assert.That(mux.TryLogin("dora", "wrong"), Is.EqualTo(failure));
        Assert.That(mux.TryLogin("alice", "secret-a"), Is.Empty, "who stands in auth_file is not asked for");
        Assert.That(mux.Roles().Lookups, Is.EqualTo(2));
    }

    [TestCase("trust", "carol", "")]
    [TestCase("trust", "nobody", "E(28000 \"trust\" authentication failed) EOF")]
    public void Trusted_users_must_be_known_to_the_server(string method, string user, string answer)
    {
        using var mux = LookupRig.Start(("auth_type", method));
        Assert.That(mux.TryLogin(user), Is.EqualTo(answer));
    }

    [Test]
    public void Auth_type_any_asks_for_nobody()
    {
        var settings = LookupRig.Settings(("auth_type", "any")) with
        {
            Databases = new Dictionary<string, string> { ["db"] = $"{TestMux.DatabaseLine} user=shared" },
        };
        using var mux = LookupRig.Start(settings);
        Assert.That(mux.TryLogin("nobody"), Is.Empty);
        Assert.That(mux.Roles().Lookups, Is.Zero);
    }

    [TestCase("host all all all reject", "E(28000 login rejected) EOF")]
    [TestCase("host all bob all trust", "E(28000 no authentication method is found) EOF")]
    public void Nobody_is_asked_for_whom_the_HBA_file_keeps_out(string hba, string answer)
    {
        using var mux = LookupRig.Start(LookupRig.Settings(("auth_type", "hba")) with { Hba = hba });
        Assert.That(mux.TryLogin(), Is.EqualTo(answer));
        Assert.That(mux.Postgres.Logins, Is.Zero);
    }

    [Test]
    public void A_user_without_a_password_gets_in_with_none()
    {
        using var mux = LookupRig.Start();
        mux.Roles()["dora"] = null;
        Assert.That(mux.TryLogin("dora", "x"), Is.EqualTo(LookupRig.WrongPassword));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.One.Contains("user has no password"));
        Assert.That(mux.Warnings(), Is.Empty);
    }

    [TestCase("plain", "plain")]
    [TestCase("md5", "md5")]
    [TestCase("md5", "scram")]
    [TestCase("scram-sha-256", "scram")]
    [Property("Row", "A02")]
    public void An_unknown_user_is_asked_the_same_way_and_told_the_same(string method, string kind)
    {
        using var mux = LookupRig.Start(("auth_type", method));
        mux.Roles()["dora"] = Secret(kind, "dora", "right");
        var known = Transcript(mux, "dora");
        var unknown = Transcript(mux, "nobody");
        Assert.That(unknown, Is.EqualTo(known));
        Assert.That(mux.Roles().Lookups, Is.EqualTo(2));
    }

    [Test, Property("Row", "C05")]
    public void The_name_is_a_parameter_and_nothing_of_the_client_stands_in_the_SQL()
    {
        const string Hostile = "x'; DROP TABLE t; --";
        using var mux = LookupRig.Start(("track_extra_parameters", "search_path, IntervalStyle"));
        var client = mux.BeginLogin(Hostile, "db", ("search_path", "hostile, pg_catalog"), ("application_name", "hostile-name"), ("DateStyle", "German"));
        Assert.That(client.Answer(Hostile, "x"), Is.EqualTo(LookupRig.WrongPassword));
        var server = mux.Postgres.Servers.Single();
        Assert.That(
            server.Parses.Select(parse => parse.Sql),
            Is.EqualTo(new[] { "SELECT pg_catalog.set_config('search_path', 'pg_catalog, \"$user\", public, pg_temp', true)", "LOOKUP $1" }));
        Assert.That(string.Concat(server.Received.Select(message => message.Type)), Is.EqualTo("PBEPBDES"), "no query beside it, all in one transaction");
        Assert.That(server.Received.Count(message => message.Text.Contains("hostile") || message.Text.Contains("German")), Is.Zero);
        Assert.That(server.Received.Where(message => message.Text.Contains("DROP")).Select(message => message.Type), Is.EqualTo(new[] { 'B' }));
        Assert.That(server.Startup.Select(pair => pair.Value), Has.None.Contains("hostile"));
    }

    [Test, Property("Row", "C05")]
    public void A_server_that_a_client_of_the_same_name_has_used_asks_with_its_own_parameters()
    {
        using var mux = LookupRig.Start(LookupRig.Settings(("default_pool_size", "1")) with
        {
            Secrets = new Dictionary<string, string> { [LookupRig.AuthUser] = "secret-of-asker" },
        });
        var client = mux.BeginLogin(LookupRig.AuthUser, "db", ("DateStyle", "German"), ("TimeZone", "Asia/Tokyo"));
        Assert.That(client.Answer(LookupRig.AuthUser, "secret-of-asker"), Is.Empty);
        client.Query("SELECT a");
        Assert.That(mux.Postgres.Single.ChangedParameters, Is.Not.Empty);
        Assert.That(mux.TryLogin(), Is.Empty);
        Assert.That(mux.Postgres.Servers[0].ChangedParameters, Is.Empty);
        Assert.That(client.Query("SELECT a"), Does.EndWith("D(a) C(SELECT 1) Z(I)"));
    }

    [TestCase(1)]
    [TestCase(995)]
    [TestCase(1024)]
    [TestCase(1025)]
    [TestCase(65_530)]
    [Property("Row", "B13")]
    public void A_password_may_have_any_length(int length)
    {
        using var mux = LookupRig.Start();
        var password = new string('p', length);
        mux.Roles()["dora"] = password;
        Assert.That(mux.TryLogin("dora", password), Is.Empty);
        Assert.That(mux.TryLogin("dora", new string('q', length)), Is.EqualTo(LookupRig.WrongPassword));
    }

    [TestCase("plain", "plain")]
    [TestCase("md5", "md5")]
    [TestCase("md5", "plain")]
    [TestCase("scram-sha-256", "plain")]
    [TestCase("plain", "scram")]
    public void What_was_found_or_shown_logs_in_to_the_server(string method, string kind)
    {
        using var mux = LookupRig.Start(LookupRig.Settings(("auth_type", method)) with
        {
            Secrets = new Dictionary<string, string> { [LookupRig.AuthUser] = "secret-of-asker" },
        });
        mux.Postgres.LoginMethod = kind == "md5" ? LoginMethod.Md5 : LoginMethod.ScramSha256;
        mux.Postgres.Passwords[LookupRig.AuthUser] = "secret-of-asker";
        mux.Postgres.Passwords["dora"] = "right";
        mux.Roles()["dora"] = Secret(kind, "dora", "right");
        var client = mux.BeginLogin("dora");
        Assert.That(client.Answer("dora", "right"), Is.Empty);
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Open.Select(server => server.User), Is.EquivalentTo(new[] { LookupRig.AuthUser, "dora" }));
    }

    [Test]
    public void Who_is_trusted_does_not_take_away_what_another_has_shown()
    {
        var settings = LookupRig.Settings() with
        {
            Secrets = new Dictionary<string, string> { [LookupRig.AuthUser] = "secret-of-asker" },
        };
        using var mux = LookupRig.Start(settings);
        mux.Postgres.LoginMethod = LoginMethod.ScramSha256;
        mux.Postgres.Passwords[LookupRig.AuthUser] = "secret-of-asker";
        mux.Postgres.Passwords["dora"] = "right";
        mux.Roles()["dora"] = Secret("scram", "dora", "right");
        var client = mux.BeginLogin("dora");
        Assert.That(client.Answer("dora", "right"), Is.Empty);
        Assert.That(mux.Reload(settings with { Settings = new Dictionary<string, string>(settings.Settings) { ["auth_type"] = "trust" } }), Is.True);
        mux.Login("dora");
        mux.Postgres.Open.Single(server => server.User == "dora").Terminate();
        mux.Advance(1);
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void The_console_has_users_where_auth_dbname_says_which_server_knows_them()
    {
        using var mux = LookupRig.Start(("auth_dbname", "db"), ("admin_users", "carol"));
        Assert.That(mux.TryLogin(database: "pgbouncer"), Is.Empty);
        Assert.That(mux.TryLogin(password: "wrong", database: "pgbouncer"), Is.EqualTo(LookupRig.WrongPassword));
    }

    [Test]
    public void The_console_has_none_without_it()
    {
        using var mux = LookupRig.Start(("admin_users", "carol"));
        Assert.That(mux.TryLogin(database: "pgbouncer"), Is.EqualTo(LookupRig.WrongPassword));
        Assert.That(mux.Roles().Lookups, Is.Zero);
    }

    [Test]
    public void A_database_that_does_not_exist_is_not_asked()
    {
        using var mux = LookupRig.Start();
        Assert.That(mux.TryLogin(database: "nowhere"), Is.EqualTo(LookupRig.WrongPassword));
        Assert.That(mux.Postgres.Logins, Is.Zero);
    }

    [Test]
    public void A_database_may_have_its_own_asker_and_question()
    {
        using var mux = LookupRig.Start(LookupRig.Settings() with
        {
            Databases = new Dictionary<string, string>
            {
                ["db"] = $"{TestMux.DatabaseLine} auth_user=other auth_query='LOOKUP $1 -- own' auth_dbname=users user=shared",
                ["users"] = $"{TestMux.DatabaseLine} user=someone password=x",
            },
        });
        Assert.That(mux.TryLogin(), Is.Empty);
        var asked = mux.Postgres.Servers[0];
        Assert.That((asked.User, asked.Startup.Single(pair => pair.Name == "database").Value), Is.EqualTo(("other", "users")));
        Assert.That(asked.Parses[^1].Sql, Is.EqualTo("LOOKUP $1 -- own"));
        Assert.That(mux.Postgres.Servers[1].User, Is.EqualTo("shared"));
        Assert.That(mux.Mux.Pools.All.Select(pool => $"{pool.Key}"), Is.EquivalentTo(new[] { "users/other", "db/shared" }));
    }

    [Test]
    public void A_reload_counts_for_the_next_login_and_leaves_the_asker_its_pool()
    {
        using var mux = LookupRig.Start();
        var settings = LookupRig.Settings(("auth_query", "LOOKUP $1 -- new")) with
        {
            Databases = new Dictionary<string, string> { ["db"] = $"{TestMux.DatabaseLine} user=shared" },
        };
        Assert.That(mux.TryLogin(), Is.Empty);
        Assert.That(mux.Reload(settings), Is.True);
        Assert.That(mux.TryLogin(), Is.Empty);
        Assert.That(mux.Reload(settings), Is.True);
        var pool = mux.Mux.Pools.All.Single(pool => pool.Key.User == LookupRig.AuthUser);
        Assert.That(pool.Servers.Single().Target.User, Is.EqualTo(LookupRig.AuthUser));
        Assert.That(mux.Postgres.Open.Single(server => server.User == LookupRig.AuthUser).Parses[^1].Sql, Is.EqualTo("LOOKUP $1 -- new"));
    }

    private static PgmuxSettings Settings(string method, bool isHba) => isHba
        ? LookupRig.Settings(("auth_type", "hba")) with { Hba = $"host all all all {(method == "plain" ? "password" : method)}" }
        : LookupRig.Settings(("auth_type", method));

    private static string Secret(string kind, string user, string password) => kind switch
    {
        "md5" => Md5Password.HashSecret(user, password),
        "scram" => ScramSecret.Derive(password, "salt of somebody"u8, 16).ToSecretText(),
        _ => password,
    };

    // Kinds and lengths of what the client is asked, and the end.
    private static string Transcript(TestMux mux, string user)
    {
        var client = mux.BeginLogin(user);
        var asked = client.Replies.Single();
        return $"{asked.Body[3]} of {asked.Body.Length}: {client.Answer(user, "wrong")}";
    }
}
