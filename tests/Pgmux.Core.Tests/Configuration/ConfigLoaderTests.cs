using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class ConfigLoaderTests
{
    private ConfigFiles _files = null!;

    [SetUp]
    public void MakeDirectory() => _files = new ConfigFiles();

    [TearDown]
    public void RemoveDirectory() => _files.Dispose();

    [Test]
    public void An_empty_main_section_gives_the_defaults()
    {
        var snapshot = _files.LoadGood("[pgbouncer]\n");
        Assert.That(snapshot.Options, Is.EqualTo(PgmuxOptions.Default));
        Assert.That(snapshot.Databases, Is.Empty);
        Assert.That(snapshot.FallbackDatabase, Is.Null);
    }

    [Test]
    public void Settings_databases_and_users_are_read()
    {
        var snapshot = _files.LoadGood("""
            ; a comment
            [databases]
            app = host=10.0.0.1,10.0.0.2 port=5433 dbname=real user=svc password='it''s' pool_size=7 pool_mode=Statement
            * = host=/var/run/postgresql timezone=UTC client_encoding=utf8

            [users]
            'odd name' = pool_mode=session max_user_connections=3 query_timeout=1.5

            [pgbouncer]
            listen_addr = 127.0.0.1, ::1
            pool_mode = TRANSACTION
            default_pool_size = 0x10
            unix_socket_mode = 0700
            query_wait_timeout = 2.5
            ignore_startup_parameters = extra_float_digits, search_path
            log_connections = 0
            """);
        var options = snapshot.Options;
        var app = snapshot.FindDatabase("app")!;
        var fallback = snapshot.FindDatabase("other")!;
        Assert.Multiple(() =>
        {
            Assert.That(options.ListenAddr, Is.EqualTo(new[] { "127.0.0.1", "::1" }));
            Assert.That(options.PoolMode, Is.EqualTo(PoolMode.Transaction));
            Assert.That(options.DefaultPoolSize, Is.EqualTo(16));
            Assert.That(options.UnixSocketMode, Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
            Assert.That(options.QueryWaitTimeout, Is.EqualTo(TimeSpan.FromSeconds(2.5)));
            Assert.That(options.IgnoreStartupParameters.ContainsParameter("Search_Path"), Is.True);
            Assert.That(options.LogConnections, Is.False);
            Assert.That(app.Hosts, Is.EqualTo(new[] { "10.0.0.1", "10.0.0.2" }));
            Assert.That((app.Port, app.DatabaseName, app.User, app.Password?.Text), Is.EqualTo((5433, "real", "svc", "it's")));
            Assert.That(fallback.Name, Is.EqualTo("other"));
            Assert.That(fallback.StartupParameters.Select(p => p.Key), Is.EqualTo(new[] { "timezone", "client_encoding" }));
            Assert.That(snapshot.PoolSizeFor(app, "x"), Is.EqualTo(7));
            Assert.That(snapshot.PoolModeFor(app, "x"), Is.EqualTo(PoolMode.Statement));
            Assert.That(snapshot.PoolModeFor(app, "odd name"), Is.EqualTo(PoolMode.Session));
            Assert.That(snapshot.PoolModeFor(fallback, "x"), Is.EqualTo(PoolMode.Transaction));
            Assert.That(snapshot.QueryTimeoutFor("odd name"), Is.EqualTo(TimeSpan.FromSeconds(1.5)));
            Assert.That(snapshot.MaxUserConnectionsFor("odd name"), Is.EqualTo(3));
        });
    }

    [Test]
    [Property("Row", "Z06")]
    public void All_faults_come_in_one_go_with_their_lines()
    {
        Assert.That(
            _files.FaultsOf("""
                [pgbouncer]
                defualt_pool_size = 5
                pool_mode = transactional
                log_stats = yes
                syslog = 1
                auth_type = hba
                nonsense
                [databases]
                pgbouncer = host=a
                a = hots=b
                b = port=0
                [userss]
                """),
            Is.EqualTo(new[]
            {
                "2: unknown setting \"defualt_pool_size\" in [pgbouncer]; did you mean default_pool_size?",
                "3: pool_mode = transactional: pool_mode must be one of session, transaction, statement",
                "4: log_stats = yes: log_stats must be 0 or 1",
                "5: syslog is not built into pgmux yet; leave it out or write 0",
                "6: auth_type = hba: auth_type is not built into pgmux yet; it must be one of any, trust, plain, md5, scram-sha-256",
                "7: syntax error: expected key = value, [section] or a comment",
                "9: database name \"pgbouncer\" is reserved for the console",
                "10: database a: unknown key \"hots\"; did you mean host?",
                "11: database b: port must be a port from 1 to 65535",
                "12: unknown section [userss]; did you mean users?",
            }));
    }
}
