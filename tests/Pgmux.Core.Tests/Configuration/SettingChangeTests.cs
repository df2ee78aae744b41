using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>SET: one setting of a configuration changes, by all rules, until the file is read again.</summary>
[TestFixture]
internal sealed class SettingChangeTests
{
    private ConfigFiles _files = null!;

    [SetUp]
    public void MakeDirectory() => _files = new ConfigFiles();

    [TearDown]
    public void RemoveDirectory() => _files.Dispose();

    [Test]
    public void A_change_is_undone_by_the_next_reload_whether_the_file_names_the_setting_or_not()
    {
        var store = Store("[databases]\na = host=h\n[pgbouncer]\ndefault_pool_size = 3\n");
        Assert.That(Change(store, "default_pool_size", "9"), Is.Empty);
        Assert.That(Change(store, "max_client_conn", "7"), Is.Empty);
        Assert.That((store.Current.Options.DefaultPoolSize, store.Current.Options.MaxClientConn), Is.EqualTo((9, 7)));
        Assert.That(store.Current.FindDatabase("a"), Is.Not.Null);
        Assert.That(store.TryReload(out _), Is.True);
        Assert.That((store.Current.Options.DefaultPoolSize, store.Current.Options.MaxClientConn), Is.EqualTo((3, 100)));
    }

    // PgBouncer gives settings their defaults before it reads the file again; what has no default keeps its value.
    [Test]
    public void A_setting_without_a_default_outlives_reloads_that_do_not_name_it()
    {
        var store = Store("[pgbouncer]\n");
        Assert.That(Change(store, "auth_dbname", "lookup"), Is.Empty);
        Assert.That(store.TryReload(out _), Is.True);
        Assert.That(store.TryReload(out _), Is.True);
        Assert.That(store.Current.Options.AuthDbname, Is.EqualTo("lookup"));

        _files.Write("pgmux.ini", "[pgbouncer]\nauth_dbname = other\n");
        Assert.That(store.TryReload(out _), Is.True);
        Assert.That(store.Current.Options.AuthDbname, Is.EqualTo("other"));
    }

    [Test]
    public void What_is_kept_is_held_to_the_rules_of_the_new_file()
    {
        var store = Store("[pgbouncer]\n");
        var users = _files.Write("users", "\"a\" \"1\"\n");
        Assert.That(Change(store, "auth_file", users), Is.Empty);
        Assert.That(store.Current.UserList.Find("a"), Is.Not.Null);
        File.Delete(users);
        var before = store.Current;
        Assert.That(store.TryReload(out var faults), Is.False);
        Assert.That(faults, Is.Not.Empty);
        Assert.That(store.Current, Is.SameAs(before));
    }

    [TestCase("default_pool_sise", "1", "unknown setting \"default_pool_sise\" in [pgbouncer]; did you mean default_pool_size?")]
    [TestCase("Verbose", "1", "unknown setting \"Verbose\" in [pgbouncer]; did you mean verbose?")]
    [TestCase("default_pool_size", "many", "default_pool_size = many: default_pool_size must be a whole number from 0 on")]
    [TestCase("pool_mode", "", "pool_mode = : pool_mode must be one of session, transaction, statement")]
    [TestCase("auth_hba_file", "/no/such/file", null)]
    [TestCase("auth_type", "hba", "auth_type is hba, so auth_hba_file must name the file with the rules")]
    public void What_the_file_could_not_say_is_refused_and_nothing_changes(string name, string value, string? fault)
    {
        var store = Store("[pgbouncer]\nauth_type = trust\n");
        var before = store.Current;
        var faults = Change(store, name, value);
        if (name == "auth_hba_file")
        {
            // Nobody reads it as long as auth_type is another one.
            Assert.That(faults, Is.Empty);
            faults = Change(store, "auth_type", "hba");
            Assert.That(faults, Is.Not.Empty);
            Assert.That(store.Current.Options.AuthType, Is.EqualTo(AuthType.Trust));
            return;
        }

        Assert.That(faults, Is.Not.Empty);
        if (fault is not null)
        {
            Assert.That(faults, Is.EqualTo(new[] { fault }));
        }

        Assert.That(store.Current, Is.SameAs(before));
    }

    [Test]
    public void A_setting_that_needs_a_restart_stays_as_it_is_without_a_fault()
    {
        var store = Store("[pgbouncer]\nlisten_port = 7000\n");
        var before = store.Current;
        foreach (var setting in SettingTable.All.Where(setting => !setting.IsChangeable))
        {
            var change = store.Change(setting.Name, "1", out _);
            Assert.That((change.IsKept, change.Faults.Count), Is.EqualTo((true, 0)), setting.Name);
        }

        Assert.That(store.Current, Is.SameAs(before));
    }

    [Test]
    public void Conffile_is_what_the_next_reload_reads()
    {
        var store = Store("[pgbouncer]\n");
        var other = _files.Write("other.ini", "[pgbouncer]\nmax_client_conn = 5\n");
        Assert.That(Change(store, "conffile", other), Is.Empty);
        Assert.That(store.Current.Print(SettingTable.Find("conffile")!), Is.EqualTo(other));
        Assert.That(store.Current.Options.MaxClientConn, Is.EqualTo(100));
        Assert.That(store.TryReload(out _), Is.True);
        Assert.That(store.Current.Options.MaxClientConn, Is.EqualTo(5));
    }

    [Test]
    public void A_change_reads_no_other_file_again_that_it_does_not_speak_of()
    {
        var users = _files.Write("users", "\"a\" \"1\"\n");
        var store = Store($"[databases]\na = host=h\n[pgbouncer]\nauth_file = {users}\n");
        var before = store.Current;
        _files.Write("pgmux.ini", "half writ");
        File.Delete(users);
        Assert.That(Change(store, "query_timeout", "5"), Is.Empty);
        Assert.That(store.Current.UserList, Is.SameAs(before.UserList));
        Assert.That(store.Current.Databases, Is.SameAs(before.Databases));
    }

    [Test]
    [Property("Row", "I11")]
    public void A_password_in_a_value_is_not_told_by_the_fault()
    {
        var store = Store("[pgbouncer]\n");
        var faults = string.Join('\n', Change(store, "auth_ldap_options", "ldapserver=h ldapbindpasswd=planted ldapbasedn").Concat(Change(store, "auth_type", "ldap")));
        Assert.That(faults, Is.Not.Empty.And.Not.Contains("planted"));
    }

    private ConfigStore Store(string content) => new(_files.LoadGood(content));

    private static string[] Change(ConfigStore store, string name, string value)
        => [.. store.Change(name, value, out _).Faults.Select(fault => fault.Message)];
}
