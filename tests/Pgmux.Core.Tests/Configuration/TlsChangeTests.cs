using Pgmux.Core.Configuration;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>SET of settings of TLS that cannot be used, or not yet: what is in use stays, as in PgBouncer.</summary>
[TestFixture]
internal sealed class TlsChangeTests
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("changes");
    private (string Certificate, string Key) _first;
    private (string Certificate, string Key) _second;
    private ConfigFiles _files = null!;

    [OneTimeSetUp]
    public void WriteCertificates()
    {
        _first = _authority.Sign("first", "localhost").Write(_folder, "first");
        _second = _authority.Sign("second", "localhost").Write(_folder, "second");
    }

    [OneTimeTearDown]
    public void RemoveCertificates()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [SetUp]
    public void MakeDirectory() => _files = new ConfigFiles();

    [TearDown]
    public void RemoveDirectory() => _files.Dispose();

    [Test, Property("Row", "D11")]
    public void A_certificate_and_its_key_are_changed_one_after_the_other([Values] bool isKeyFirst)
    {
        var store = Store();
        var before = store.Current;
        (string, string)[] changes = [("client_tls_cert_file", _second.Certificate), ("client_tls_key_file", _second.Key)];
        var (one, other) = isKeyFirst ? (changes[1], changes[0]) : (changes[0], changes[1]);

        var change = Change(store, one);
        Assert.That((change.IsUnapplied, change.Faults.Count), Is.EqualTo((true, 1)));
        Assert.That(store.Current.ClientTls, Is.SameAs(before.ClientTls));
        Assert.That(store.Current.Options, Is.SameAs(before.Options));
        Assert.That(store.Current.Print(SettingTable.Find(one.Item1)!), Is.EqualTo(one.Item2), "as it was SET");

        Assert.That(Change(store, other), Is.EqualTo(SettingChange.Taken));
        Assert.That(store.Current.ClientTls, Is.Not.SameAs(before.ClientTls));
        Assert.That((store.Current.Options.ClientTlsCertFile, store.Current.Options.ClientTlsKeyFile), Is.EqualTo(_second));
        Assert.That(store.Current.Unapplied, Is.Empty);
    }

    [TestCase("client_tls_cert_file")]
    [TestCase("client_tls_ca_file")]
    [TestCase("server_tls_ca_file")]
    [TestCase("server_tls_crl_file")]
    public void A_file_that_is_not_there_is_named_and_the_old_one_stays_in_use(string setting)
    {
        var store = Store();
        var before = store.Current;
        var change = Change(store, (setting, "/no/such/file"));
        Assert.That(change.Faults.Select(fault => fault.Message), Has.Some.Contains(setting).And.Some.Contains("/no/such/file"));
        Assert.That(change.IsUnapplied, Is.True);
        Assert.That((store.Current.ClientTls, store.Current.ServerTls), Is.EqualTo((before.ClientTls, before.ServerTls)));

        Assert.That(Change(store, ("default_pool_size", "7")), Is.EqualTo(SettingChange.Taken), "others go on");
        Assert.That(store.Current.Print(SettingTable.Find(setting)!), Is.EqualTo("/no/such/file"));
        Assert.That(store.TryReload(out _), Is.True);
        Assert.That(store.Current.Unapplied, Is.Empty, "RELOAD takes what the file says");
    }

    [Test]
    public void A_value_that_no_setting_of_TLS_has_is_refused()
    {
        var store = Store();
        var before = store.Current;
        var change = Change(store, ("client_tls_sslmode", "perhaps"));
        Assert.That((change.IsUnapplied, change.Faults.Count), Is.EqualTo((false, 1)));
        Assert.That(store.Current, Is.SameAs(before));
    }

    [Test]
    public void Without_a_certificate_clients_are_not_encrypted_until_there_is_one()
    {
        var store = new ConfigStore(_files.LoadGood("[pgbouncer]\n"));
        Assert.That(Change(store, ("client_tls_sslmode", "require")).IsUnapplied, Is.True);
        Assert.That(store.Current.Options.ClientTlsSslmode, Is.EqualTo(TlsMode.Disable), "or nobody could come in");
        Assert.That(Change(store, ("client_tls_cert_file", _first.Certificate)).IsUnapplied, Is.True);
        Assert.That(Change(store, ("client_tls_key_file", _first.Key)), Is.EqualTo(SettingChange.Taken));
        Assert.That(store.Current.Options.ClientTlsSslmode, Is.EqualTo(TlsMode.Require));
        Assert.That(store.Current.ClientTls, Is.Not.Null);
    }

    private ConfigStore Store() => new(_files.LoadGood($"""
        [pgbouncer]
        client_tls_sslmode = require
        client_tls_cert_file = {_first.Certificate}
        client_tls_key_file = {_first.Key}
        """));

    private static SettingChange Change(ConfigStore store, (string Name, string Value) change) => store.Change(change.Name, change.Value, out _);
}
