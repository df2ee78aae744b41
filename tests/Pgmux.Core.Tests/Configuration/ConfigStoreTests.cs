using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class ConfigStoreTests
{
    private const string One = "[databases]\na = host=h\n[pgbouncer]\ndefault_pool_size = 1\n";
    private const string Two = "[databases]\nb = host=h\n[pgbouncer]\ndefault_pool_size = 2\n";

    private ConfigFiles _files = null!;

    [SetUp]
    public void MakeDirectory() => _files = new ConfigFiles();

    [TearDown]
    public void RemoveDirectory() => _files.Dispose();

    [Test]
    [Property("Row", "B210")]
    [Property("Row", "Z09")]
    public void A_reload_from_A_to_B_and_back_ends_as_A()
    {
        var store = new ConfigStore(_files.LoadGood(One));
        Reload(store, Two);
        Assert.That(store.Current.Options.DefaultPoolSize, Is.EqualTo(2));
        Assert.That(store.Current.FindDatabase("a"), Is.Null);
        Reload(store, One);
        Assert.That(store.Current.Options.DefaultPoolSize, Is.EqualTo(1));
        Assert.That(store.Current.FindDatabase("a"), Is.Not.Null);
        Assert.That(store.Current.FindDatabase("b"), Is.Null);
    }

    [TestCase("[pgbouncer]\ndefault_pool_size = x\n")]
    [TestCase("")]
    [TestCase("[pgbouncer]\nauth_file = /no/such/file\n")]
    [Property("Row", "Z06")]
    [Property("Row", "B214")]
    public void A_bad_file_leaves_the_last_good_configuration(string content)
    {
        var store = new ConfigStore(_files.LoadGood(One));
        var good = store.Current;
        _files.Write("pgmux.ini", content);
        Assert.That(store.TryReload(out var faults), Is.False);
        Assert.That(faults, Is.Not.Empty);
        Assert.That(store.Current, Is.SameAs(good));
    }

    [Test]
    [Property("Row", "Z06")]
    public void A_file_that_went_away_leaves_the_last_good_configuration()
    {
        var store = new ConfigStore(_files.LoadGood(One));
        File.Delete(_files.PathOf("pgmux.ini"));
        Assert.That(store.TryReload(out var faults), Is.False);
        Assert.That(faults[0].Message, Is.EqualTo("cannot be read: no such file or directory"));
    }

    [Test]
    public void Fixed_settings_keep_their_value_and_a_warning_says_so()
    {
        var store = new ConfigStore(_files.LoadGood("[pgbouncer]\nlisten_port = 7000\n"));
        _files.Write("pgmux.ini", "[pgbouncer]\nlisten_port = 8000\nmax_client_conn = 5\n");
        Assert.That(store.TryReload(out _, out var warnings), Is.True);
        Assert.That(store.Current.Options.ListenPort, Is.EqualTo(7000));
        Assert.That(store.Current.Options.MaxClientConn, Is.EqualTo(5));
        Assert.That(warnings.Select(warning => (warning.Line, warning.Message)), Has.Member((2, "listen_port stays 7000 until pgmux is started again")));
    }

    [Test]
    [Property("Row", "B211")]
    public void A_reload_gives_what_a_fresh_start_gives()
    {
        var changeable = SettingTable.All.Where(setting => setting.IsChangeable && setting.Support == SettingSupport.Honoured && setting.Name != "auth_file").ToArray();
        var line = Gen.Elements(changeable).SelectMany(setting => Gen.Elements("0", "1", "7", "any", "statement").Select(value => $"{setting.Name} = {value}\n"));
        var database = Gen.Elements("a", "b", "*").SelectMany(name => Gen.Elements("host=h", "port=1", "pool_size=3").Select(value => $"{name} = {value}\n"));
        var file = Gen.ArrayOf(database).SelectMany(databases => Gen.ArrayOf(line).Select(lines => $"[databases]\n{string.Concat(databases)}[pgbouncer]\n{string.Concat(lines)}"));
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(file).ToArbitrary(), contents =>
        {
            var store = new ConfigStore(_files.LoadGood(One));
            var last = One;
            foreach (var content in contents)
            {
                _files.Write("pgmux.ini", content);
                last = store.TryReload(out _) ? content : last;
            }

            var fresh = _files.Load(last).Snapshot!;
            return SettingTable.All.All(setting => setting.AreEqual(fresh.Options, store.Current.Options))
                && Describe(fresh).SequenceEqual(Describe(store.Current));
        }));
    }

    [Test]
    public void A_changed_auth_file_is_noticed_and_a_broken_one_is_reported_once()
    {
        var path = _files.Write("users", "\"a\" \"1\"\n");
        var store = new ConfigStore(_files.LoadGood($"[pgbouncer]\nauth_file = {path}\n"));
        var before = store.Current;
        Assert.That(store.TryRefreshUsers(out _), Is.True);
        Assert.That(store.Current, Is.SameAs(before), "nothing was written");

        _files.Write("users", "\"a\" \"1\"\n\"b\" \"2\"\n");
        Assert.That(store.TryRefreshUsers(out _), Is.True);
        Assert.That(store.Current.UserList.Find("b")!.Text, Is.EqualTo("2"));

        _files.Write("users", "half writ");
        Assert.That(store.TryRefreshUsers(out var faults), Is.False);
        Assert.That(faults[0].Message, Does.StartWith("broken auth file"));
        Assert.That(store.TryRefreshUsers(out faults), Is.True, "told once");
        Assert.That(store.Current.UserList.Count, Is.EqualTo(2));

        _files.Write("users", "\"c\" \"3\"\n");
        Assert.That(store.TryRefreshUsers(out _), Is.True);
        Assert.That(store.Current.UserList.Names, Is.EqualTo(new[] { "c" }));
    }

    [Test]
    [Property("Row", "D09")]
    public void Reloads_at_once_are_serialised_and_readers_always_see_a_whole_configuration()
    {
        var store = new ConfigStore(_files.LoadGood(One), new AlternatingLoads(_files.LoadGood(One), _files.LoadGood(Two)).Load);
        Parallel.For(0, 400, _ =>
        {
            store.TryReload(out IReadOnlyList<ConfigFault> _);
            var seen = store.Current;
            Assert.That(seen.FindDatabase(seen.Options.DefaultPoolSize == 1 ? "a" : "b"), Is.Not.Null);
        });
    }

    private void Reload(ConfigStore store, string content)
    {
        _files.Write("pgmux.ini", content);
        Assert.That(store.TryReload(out var faults), Is.True, string.Join('\n', faults));
    }

    private static IEnumerable<string> Describe(ConfigSnapshot snapshot)
        => snapshot.AllDatabases().Select(database => $"{database.Name} {string.Join(',', database.Hosts)} {database.Port} {database.PoolSize}").Order();

    /// <summary>Gives two configurations in turn and notices when two loads run at once.</summary>
    private sealed class AlternatingLoads(ConfigSnapshot first, ConfigSnapshot second)
    {
        private int _loads;
        private int _running;

        public ConfigLoadResult Load(string path)
        {
            Assert.That(Interlocked.Increment(ref _running), Is.EqualTo(1));
            var snapshot = ++_loads % 2 == 0 ? first : second;
            Interlocked.Decrement(ref _running);
            return new ConfigLoadResult(snapshot, [], []);
        }
    }

    [Test]
    public void Conffile_names_what_the_next_reload_reads()
    {
        using var files = new ConfigFiles();
        var other = files.Write("other.ini", "[pgbouncer]\nauth_type = any\nmax_client_conn = 7\n");
        var store = new ConfigStore(files.LoadGood($"[pgbouncer]\nauth_type = any\nconffile = {other}\n"));
        Assert.That(store.Current.Options.MaxClientConn, Is.EqualTo(100));
        Assert.That(store.TryReload(out _), Is.True);
        Assert.That(store.Current.Options.MaxClientConn, Is.EqualTo(7));
    }
}
