using Npgsql;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Users that only PostgreSQL knows, with real clients.</summary>
[OnPostgres]
internal sealed class AuthQueryTests(int postgres) : PgmuxFixture(postgres)
{
    private const string SearchPath = """pg_catalog, "$user", public, pg_temp""";

    private static readonly PostgresRole Nobody = new("nobody_there", "anything", "");

    [TestCase("plain", "app_plain")]
    [TestCase("plain", "app_md5")]
    [TestCase("plain", "app_scram")]
    [TestCase("md5", "app_md5")]
    [TestCase("md5", "app_scram")]
    [TestCase("scram-sha-256", "app_scram")]
    [TestCase("scram-sha-256", "app_unlisted")]
    [TestCase("hba", "app_md5")]
    [TestCase("hba", "app_unlisted")]
    public async Task What_the_server_knows_of_a_user_serves_both_sides(string method, string name)
    {
        await StartAsync(Settings(("auth_type", method)));
        var role = PostgresRole.All.Single(known => known.Name == name);

        await using (var connection = await Pgmux.ConnectAsync(role))
        await using (var command = new NpgsqlCommand("SELECT current_user::text", connection))
        {
            Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(name));
        }

        var wrong = await LogInAsync(role with { Password = "wrong" });
        Assert.That((wrong?.Severity, wrong?.SqlState), Is.EqualTo(("FATAL", "28P01")));
    }

    [TestCase("plain", "password authentication failed")]
    [TestCase("md5", "SASL authentication failed")]
    [TestCase("scram-sha-256", "SASL authentication failed")]
    [Property("Row", "A02"), Property("Row", "A11")]
    public async Task An_unknown_user_is_told_what_a_wrong_password_is_told(string method, string text)
    {
        await StartFreshAsync(Settings(("auth_type", method)));

        var wrong = await LogInAsync(PostgresRole.Scram with { Password = "wrong" });
        var unknown = await LogInAsync(Nobody);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((wrong?.Severity, wrong?.SqlState, wrong?.MessageText), Is.EqualTo(("FATAL", "28P01", text)));
            Assert.That((unknown?.Severity, unknown?.SqlState, unknown?.MessageText), Is.EqualTo(("FATAL", "28P01", text)));
        }
    }

    [Test]
    public async Task Psql_logs_in_with_the_keys_that_its_proof_shows()
    {
        await StartAsync(Settings(("auth_type", "scram-sha-256")));

        var right = await new ToolRunner(Pgmux, PostgresRole.Unlisted).PsqlAsync("-c", "SELECT current_user");
        var wrong = await new ToolRunner(Pgmux, PostgresRole.Unlisted with { Password = "wrong" }).PsqlAsync("-c", "SELECT 1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(right.Output, Is.EqualTo("app_unlisted\n"), right.ToString());
            Assert.That(wrong.Error, Does.Contain("SASL authentication failed"));
        }
    }

    [TestCase("yesterday", false)]
    [TestCase("tomorrow", true)]
    [TestCase("infinity", true)]
    [Property("Row", "C06")]
    public async Task A_password_that_has_expired_lets_nobody_in(string until, bool isGood)
    {
        var role = await CreateRoleAsync("expiring", "expiring-secret");
        await Cluster.ExecuteAsync($"ALTER ROLE {role.Name} VALID UNTIL '{until}'");
        await StartAsync(Settings(("auth_type", "scram-sha-256")) with { Databases = AsApp });

        Assert.That((await LogInAsync(role))?.SqlState, Is.EqualTo(isGood ? null : "28P01"));
    }

    [Test]
    public async Task A_role_that_may_not_log_in_is_no_user()
    {
        var role = await CreateRoleAsync("sleeping", "sleeping-secret");
        await Cluster.ExecuteAsync($"ALTER ROLE {role.Name} NOLOGIN");
        await StartAsync(Settings(("auth_type", "scram-sha-256")) with { Databases = AsApp });

        Assert.That((await LogInAsync(role))?.SqlState, Is.EqualTo("28P01"));
    }

    [TestCase("scram-sha-256", "0")]
    [TestCase("plain", "60")]
    public async Task A_changed_password_works_at_once(string method, string age)
    {
        var role = await CreateRoleAsync("changing", "old-secret");
        await StartAsync(Settings(("auth_type", method), ("auth_query_cache_age", age)) with { Databases = AsApp });

        var before = await LogInAsync(role);
        await Cluster.ExecuteAsync($"ALTER ROLE {role.Name} PASSWORD 'new-secret'");
        var after = await LogInAsync(role with { Password = "new-secret" });
        var old = await LogInAsync(role);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before?.MessageText, Is.Null);
            Assert.That(after?.MessageText, Is.Null);
            Assert.That(old?.SqlState, Is.EqualTo("28P01"));
        }
    }

    /// <summary>The password is the search_path that the query has seen.</summary>
    [TestCase("")]
    [TestCase("hostile, pg_catalog")]
    [Property("Row", "C05")]
    public async Task The_query_has_a_search_path_of_its_own_whatever_a_client_says(string hostile)
    {
        var settings = Settings(
            ("auth_type", "plain"),
            ("track_extra_parameters", "search_path"),
            ("auth_query", "SELECT $1::text, pg_catalog.current_setting('search_path')"));
        await StartAsync(settings with { Databases = AsApp });

        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(("user", "anybody"), ("database", "app"), ("search_path", hostile)));
        await client.ReadAsync();
        await client.SendAsync(RawMessages.Password(SearchPath));
        var answer = (await client.ReadAsync())!;

        Assert.That((answer.Type, answer.Body), Is.EqualTo(('R', new byte[4])), answer.ToString());
    }

    [Test, Property("Row", "C05")]
    public async Task Operators_and_tables_of_the_public_schema_do_not_stand_in_for_PostgreSQLs()
    {
        await Cluster.ExecuteAsync("DROP DATABASE IF EXISTS hostile WITH (FORCE)");
        await Cluster.ExecuteAsync("CREATE DATABASE hostile");
        await Cluster.ExecuteAsync(
            """
            CREATE FUNCTION public.lets_in(name, name) RETURNS boolean LANGUAGE sql AS 'SELECT true';
            CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = name, FUNCTION = public.lets_in);
            CREATE TABLE public.pg_authid AS SELECT 'nobody_there'::name AS rolname, 'anything'::text AS rolpassword, NULL::timestamptz AS rolvaliduntil, true AS rolcanlogin
            """,
            "hostile");
        await Cluster.ExecuteAsync("ALTER DATABASE hostile SET search_path = public, pg_catalog");
        await StartFreshAsync(Settings(("auth_type", "plain"), ("auth_dbname", "hostile")));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await LogInAsync(Nobody))?.SqlState, Is.EqualTo("28P01"));
            Assert.That((await LogInAsync(PostgresRole.Plain))?.MessageText, Is.Null);
        }
    }

    [Test]
    public async Task A_function_lets_somebody_ask_who_is_no_superuser()
    {
        await CreateLookupAsync();
        await StartAsync(Settings(("auth_type", "scram-sha-256"), ("auth_user", "app"), ("auth_query", "SELECT * FROM user_lookup($1)")));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await LogInAsync(PostgresRole.Unlisted))?.MessageText, Is.Null);
            Assert.That((await LogInAsync(Nobody))?.SqlState, Is.EqualTo("28P01"), "a record of nulls is no user");
            Assert.That((await LogInAsync(PostgresRole.Superuser with { Password = "x" }))?.SqlState, Is.EqualTo("28P01"));
        }
    }

    [TestCase("SELECT 1", "42P18|expected 2 columns from auth_query, not 1|bind message")]
    [TestCase("SELECT $1::text", "expected 2 columns from auth_query, not 1")]
    [TestCase("SELECT $1::text, 'x'::text, 1", "expected 2 columns from auth_query, not 3")]
    [TestCase("SELECT $1::text, 'x'::bytea", "has the type with OID 17")]
    [TestCase("SELECT 'app'::text, $1::text", "auth_query has returned another user than the one it was asked for")]
    [TestCase("SELECT $1::text, 'x' FROM generate_series(1, 1000000)", "expected one row from auth_query, and there are more")]
    [TestCase("SELECT $1::text, (1/0)::text", "division by zero")]
    [TestCase("SELECT nothing FROM nowhere WHERE x = $1", "does not exist")]
    [Property("Row", "C11"), Property("Row", "A11")]
    [Property("Text", "T61")]
    public async Task A_query_that_is_not_as_it_must_be_lets_nobody_in_and_stands_in_the_log(string query, string log)
    {
        await StartAsync(Settings(("auth_type", "plain"), ("auth_query", query)));

        var error = await LogInAsync(PostgresRole.Plain with { Password = "x" });

        Assert.That((error?.Severity, error?.SqlState, error?.MessageText), Is.EqualTo(("FATAL", "28P01", "password authentication failed")));
        await Pgmux.WaitForLogAsync($"""auth_query \(.*/pgmux\.ini:\d+\) in database "app" as auth_user "postgres" for user "app_plain": .*({log})""");
    }

    [Test]
    [Property("Text", "T61")]
    public async Task Who_asks_without_the_right_to_is_told_to_the_log_only()
    {
        await StartAsync(Settings(("auth_type", "plain"), ("auth_user", "app")));

        var error = await LogInAsync(PostgresRole.Plain);

        Assert.That((error?.SqlState, error?.MessageText), Is.EqualTo(("28P01", "password authentication failed")));
        await Pgmux.WaitForLogAsync("""error response from auth_query: permission denied for table pg_authid \(SQLSTATE 42501\)""");
    }

    [Test]
    public async Task The_asker_logs_in_with_its_own_password()
    {
        await CreateLookupAsync();
        var settings = Settings(("auth_type", "scram-sha-256"), ("auth_user", "app_scram"), ("auth_query", "SELECT * FROM public.user_lookup($1)"));
        await StartAsync(settings with { Secrets = new Dictionary<string, string> { ["app_scram"] = PostgresRole.Scram.Password } });
        Assert.That((await LogInAsync(PostgresRole.Unlisted))?.MessageText, Is.Null);

        await StartAsync(settings with { Secrets = new Dictionary<string, string> { ["app_scram"] = "not the password" } });
        var error = await LogInAsync(PostgresRole.Unlisted);
        Assert.That(error?.SqlState, Is.EqualTo("08006"));
        Assert.That(error?.MessageText, Does.Not.Contain("app_scram"), "who asks is nobody's business");
    }

    [Test]
    public async Task Another_database_may_be_asked_and_everybody_may_share_one_user()
    {
        await StartAsync(Settings(("auth_type", "scram-sha-256"), ("auth_dbname", "users"), ("admin_users", "app_unlisted")) with
        {
            Databases = new Dictionary<string, string>
            {
                ["app"] = $"host=127.0.0.1 port={Cluster.Port} user=app",
                ["users"] = $"host=127.0.0.1 port={Cluster.Port} dbname=postgres user=app",
            },
        });

        await using (var connection = await Pgmux.ConnectAsync(PostgresRole.Unlisted))
        await using (var command = new NpgsqlCommand("SELECT current_user::text", connection))
        {
            Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo("app"));
        }

        var console = await new ToolRunner(Pgmux, PostgresRole.Unlisted, "pgbouncer").PsqlAsync("-c", "SHOW POOLS");
        Assert.That(console.Output, Does.Contain("users|postgres|"), console.ToString());
    }

    // A raw client: Npgsql tries a login again by itself that has failed without a password.
    [Test, Property("Row", "A12")]
    public async Task A_server_that_dies_during_the_query_costs_that_login_only()
    {
        const string Sleeping = "state = 'active' AND query LIKE '%pg_sleep(60)%'";
        await StartFreshAsync(Settings(
            ("auth_type", "plain"),
            ("auth_query", "SELECT rolname, CASE rolname WHEN 'app_scram' THEN (SELECT rolpassword FROM pg_sleep(60)) ELSE rolpassword END FROM pg_authid WHERE rolname = $1")));
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(("user", "app_scram"), ("database", "app")));
        await Cluster.WaitForBackendsAsync(Sleeping, 1);

        await Cluster.TerminateBackendsAsync(Sleeping);

        var messages = await client.ReadToEndAsync();
        Assert.That(messages.Select(message => (message.Severity, message.SqlState)), Is.EqualTo(new[] { ("FATAL", "08006") }));
        Assert.That((await LogInAsync(PostgresRole.Plain))?.MessageText, Is.Null);
    }

    [Test]
    public async Task A_storm_of_logins_is_served_with_few_queries()
    {
        const int Logins = 200;
        await Cluster.ExecuteAsync("CREATE SEQUENCE IF NOT EXISTS asked; SELECT setval('asked', 1)");
        await StartFreshAsync(Settings(
            ("auth_type", "scram-sha-256"), ("default_pool_size", "5"),
            ("auth_query", "SELECT rolname, rolpassword FROM pg_authid, nextval('public.asked') WHERE rolname = $1")));

        var errors = await Task.WhenAll(Enumerable.Range(0, Logins).Select(_ => LogInAsync(PostgresRole.Unlisted)));

        Assert.That(errors.Select(error => error?.MessageText), Is.All.Null);
        Assert.That(await Cluster.QueryAsync<long>("SELECT last_value FROM asked"), Is.LessThan(Logins));
        await Cluster.WaitForBackendsAsync("usename = 'postgres' AND state = 'active'", 0);
    }

    private Dictionary<string, string> AsApp => new() { ["app"] = $"host=127.0.0.1 port={Cluster.Port} user=app" };

    // Nobody but the console's users stands in the user list.
    private PgmuxSettings Settings(params (string Key, string Value)[] settings)
    {
        (string Key, string Value)[] asker = settings.Any(setting => setting.Key == "auth_user") ? [] : [("auth_user", "postgres")];
        var all = PgmuxSettings.For(Cluster, [.. asker, .. settings.Where(setting => setting.Value != "hba")]) with
        {
            Secrets = new Dictionary<string, string> { ["admin"] = "admin-secret" },
        };
        return settings.Contains(("auth_type", "hba")) ? all with { Hba = "host all all 127.0.0.0/8 md5" } : all;
    }

    private async Task<PostgresRole> CreateRoleAsync(string name, string password)
    {
        await Cluster.ExecuteAsync($"DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN PASSWORD '{password}'");
        return new PostgresRole(name, password, "scram-sha-256");
    }

    private Task CreateLookupAsync() => Cluster.ExecuteAsync("""
        CREATE OR REPLACE FUNCTION public.user_lookup(INOUT username name, OUT secret text) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS
        'SELECT rolname, rolpassword FROM pg_authid WHERE rolname = username AND rolcanlogin AND NOT rolsuper'
        """);
}
