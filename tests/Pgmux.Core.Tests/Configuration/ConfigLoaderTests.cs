using FsCheck;
using FsCheck.Fluent;
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
                log_stats = perhaps
                listen_port = 70000
                auth_type = radius
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
                "4: log_stats = perhaps: log_stats must be 0 or 1 (or no, yes, off, on, false, true)",
                "5: listen_port = 70000: listen_port must be a whole number from 0 to 65535",
                "6: auth_type = radius: auth_type must be one of any, trust, plain, md5, scram-sha-256, cert, hba, pam, ldap",
                "7: syntax error: expected key = value, [section] or a comment",
                "9: database name \"pgbouncer\" is reserved for the console",
                "10: database a: unknown key \"hots\"; did you mean host?",
                "11: database b: port must be a port from 1 to 65535",
                "12: unknown section [userss]; did you mean users?",
            }));
    }

    [TestCase("pgbouncer")]
    [TestCase("pgmux")]
    [Property("Row", "B215")]
    public void The_consoles_names_are_reserved(string name)
        => Assert.That(
            _files.FaultsOf($"[pgbouncer]\n[databases]\n{name} = host=h\n"),
            Is.EqualTo(new[] { $"3: database name \"{name}\" is reserved for the console" }));

    [Test]
    [Property("Row", "Z06")]
    public void A_missing_file_a_directory_and_an_empty_file_are_told_apart()
    {
        Assert.That(ConfigLoader.Load("/no/such.ini").Faults, Is.EqualTo(new[] { new ConfigFault("/no/such.ini", 0, "cannot be read: no such file or directory") }));
        Assert.That(ConfigLoader.Load("/tmp").Faults, Is.EqualTo(new[] { new ConfigFault("/tmp", 0, "is a directory, not a file") }));
        Assert.That(_files.FaultsOf(""), Is.EqualTo(new[] { "0: the section [pgbouncer] is missing" }));
        Assert.That(_files.FaultsOf("[databases]\na = host=h\n"), Is.EqualTo(new[] { "0: the section [pgbouncer] is missing" }));
    }

    [Test]
    [Property("Row", "Z06")]
    public void A_file_of_a_hundred_megabytes_is_refused()
    {
        var path = _files.Write("pgmux.ini", new byte[0]);
        using (var file = File.OpenWrite(path))
        {
            file.SetLength(100_000_000);
        }

        Assert.That(ConfigLoader.Load(path).Faults, Is.EqualTo(new[] { new ConfigFault(path, 0, "is larger than 64 MiB, the most that is read") }));
    }

    [Test]
    [Property("Row", "Z06")]
    public void A_file_cut_at_any_byte_never_throws_and_names_its_lines()
    {
        const string text = "; c\n[databases]\n'a b' = host='h' port=1 password='x''y'\n[users]\nu = pool_size=1\n[pgbouncer]\npool_mode = session\n";
        for (var length = 0; length <= text.Length; length++)
        {
            var result = _files.Load(text[..length]);
            Assert.That(result.Snapshot is null, Is.EqualTo(result.Faults.Count > 0));
            Assert.That(result.Faults.Select(fault => fault.Line), Is.All.LessThanOrEqualTo(7));
        }
    }

    [Test]
    [Property("Text", "T18")]
    public void A_further_section_starts_from_the_defaults_and_later_lines_win()
    {
        var result = _files.Load("[pgbouncer]\nmax_client_conn = 1\nmax_client_conn = 2\nverbose = 1\n[pgbouncer]\nmin_pool_size = 3\n");
        Assert.That(result.Snapshot!.Options, Is.EqualTo(PgmuxOptions.Default with { Verbose = 0, MinPoolSize = 3 }));
        Assert.That(result.Warnings.Select(warning => warning.ToString()), Has.Some.EndsWith("5: this further section [pgbouncer] puts max_client_conn back to its default"));
    }

    [Test]
    public void A_later_entry_replaces_an_earlier_one_as_a_whole()
    {
        var snapshot = _files.LoadGood("[pgbouncer]\n[databases]\na = host=h port=1\na = dbname=x\n");
        var database = snapshot.FindDatabase("a")!;
        Assert.That((database.DatabaseName, database.Port, database.Hosts.Count), Is.EqualTo(("x", 5432, 0)));
    }

    [TestCase("host=a,b,c", true)]
    [TestCase("host=/run/x,@abstract", true)]
    [TestCase("host=a,,b", false)]
    [TestCase("host=','", false)]
    [TestCase("host='a b'", false)]
    [TestCase("load_balance_hosts=Round-Robin", true)]
    [TestCase("load_balance_hosts=disable", true)]
    [TestCase("load_balance_hosts=random", false)]
    [TestCase("reserve_pool=0 max_db_client_connections=0", true)]
    [TestCase("reserve_pool_size=1", true)]
    [TestCase("reserve_pool=few", false)]
    [TestCase("auth_user=x auth_query='SELECT $1, NULL' auth_dbname=a", true)]
    [TestCase("server_lifetime=-1", false)]
    [TestCase("pool_mode=best", false)]
    [TestCase("pool_size=many", false)]
    public void Database_values_are_checked(string value, bool isGood)
        => Assert.That(_files.Load($"[pgbouncer]\n[databases]\na = {value}\n").Snapshot is not null, Is.EqualTo(isGood));

    [TestCase(100, 0)]
    [TestCase(101, 1)]
    [Property("Row", "B10")]
    public void A_list_of_hosts_has_a_longest_length(int hosts, int faults)
        => Assert.That(
            _files.FaultsOf($"[pgbouncer]\n[databases]\na = host={string.Join(',', Enumerable.Range(0, hosts).Select(i => $"h{i}"))}\n"),
            Has.Length.EqualTo(faults));

    [Test]
    [Property("Row", "B10")]
    public void What_was_printed_is_read_as_the_same_database()
    {
        var text = ArbMap.Default.GeneratorFor<NonEmptyString>().Select(value => value.Get)
            .Where(value => !value.AsSpan().ContainsAny('\n', '\0') && value.Trim(' ', '\t', '\v', '\f', '\r') == value && value != "*");
        var host = Gen.Elements("10.0.0.1", "::1", "db.example.com", "/run/postgresql", "@abstract");
        var database = text.SelectMany(name => text.SelectMany(password => Gen.NonEmptyListOf(host).Select(hosts => (name, password, hosts))));
        Check.QuickThrowOnFailure(Prop.ForAll(database.ToArbitrary(), wanted =>
        {
            var (name, password, hosts) = wanted;
            var line = ConnectionString.Print([new("host", string.Join(',', hosts.Take(100))), new("password", Escape(password)), new("user", Escape(name))]);
            var read = _files.LoadGood($"[pgbouncer]\n[databases]\n{IniKey.Print(name)} = {line}\n").FindDatabase(name);
            return read is not null && read.Hosts.SequenceEqual(hosts.Take(100)) && read.Password!.Text == password && read.User == name;
        }));
    }

    private static string Escape(string value) => value.Replace("${", "$${", StringComparison.Ordinal);

    [TestCase("max_prepared_statements = 0", 0)]
    [TestCase("max_prepared_statements = 200", 0)]
    [TestCase("max_prepared_statements = 100", 0)]
    [TestCase("max_prepared_statements = -1", 1)]
    [TestCase("query_wait_notify = 0", 0)]
    [TestCase("query_wait_notify = 3", 0)]
    [TestCase("query_wait_notify = 0.5", 1)]
    [TestCase("server_tls_sslmode = disable", 0)]
    [TestCase("server_tls_sslmode = require", 0)]
    [TestCase("server_tls_ciphers = default", 0)]
    [TestCase("server_tls_ciphers = ECDHE-RSA-AES256-GCM-SHA384", 0)]
    [TestCase("server_tls_ciphers = RC4", 1)]
    [TestCase("client_tls_ciphers = secure", 0)]
    [TestCase("client_tls_ciphers = ECDHE-RSA-AES256-GCM-SHA384", 0)]
    [TestCase("client_tls_ciphers = RC4", 1)]
    [TestCase("auth_user =", 0)]
    [TestCase("auth_user = x", 0)]
    [TestCase("reserve_pool_size = 0", 0)]
    [TestCase("reserve_pool_size = 2", 0)]
    [TestCase("reserve_pool_size = -2", 1)]
    [TestCase("sbuf_loopcnt = 1", 0)]
    [TestCase("job_name = x", 0)]
    [TestCase("event_engine = io_uring", 0)]
    [TestCase("unix_socket_dir =", 1)]
    [TestCase("unix_socket_dir = /a/directory/whose/name/goes/on/and/on/until/the/path/of/the/socket/in/it/has/more/bytes/than/an/address/holds", 1)]
    public void Nothing_that_pgmux_does_not_do_is_ignored(string line, int faults)
        => Assert.That(_files.FaultsOf($"[pgbouncer]\n{line}\n"), Has.Length.EqualTo(faults));

    [Test]
    public void No_fault_or_warning_shows_a_password()
    {
        var result = _files.Load(
            """
            [pgbouncer]
            [databases]
            a = password=hunter2
            b = password='hunter2
            c = password='hunter2'x
            d = password=two hunter2
            e = password=two hunter2=
            f = password=two hunter2=x
            g = password=two hunter2='x
            h = host=h password=hunter2 port=hunter2
            """);
        Assert.That(result.Faults, Has.Count.EqualTo(7));
        Assert.That(result.Faults.Concat(result.Warnings).Select(fault => fault.Message), Has.None.Contain("hunter2"));
    }
}
