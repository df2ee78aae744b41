using Pgmux.Testing.Ldap;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Logins that OpenLDAP decides on, in every way that a directory can be asked.</summary>
[OnPostgres]
internal sealed class LdapTests(int postgres) : PgmuxFixture(postgres)
{
    private const string ByName = "ldapprefix=\"uid=\" ldapsuffix=\"," + SlapdServer.BaseDn + "\"";
    private const string BySearch = "ldapbasedn=\"" + SlapdServer.BaseDn + "\" ldapbinddn=\"" + SlapdServer.AdminDn + "\" ldapbindpasswd=" + SlapdServer.AdminPassword;
    private const string Refused = "LDAP authentication failed";

    // Known to the cluster and the directory with one password, and to no user list: its password logs in to the server too.
    private static readonly PostgresRole Person = PostgresRole.Unlisted;

    private SlapdServer? _slapd;

    private SlapdServer Slapd => _slapd ?? throw new InvalidOperationException("slapd starts before the first test");

    [OneTimeSetUp]
    public async Task StartDirectoryAsync()
    {
        if (SlapdServer.Program is null)
        {
            Assert.Ignore($"slapd is missing: tests/run.sh unpacks Debian's, {SlapdServer.ProgramVariable} names another");
        }

        _slapd = await SlapdServer.StartAsync(
            (Person.Name, Person.Name, Person.Password), (PostgresRole.App.Name, PostgresRole.App.Name, "app-secret"),
            ("twin", PostgresRole.Plain.Name, "twin-secret"), ("twin2", PostgresRole.Plain.Name, "twin-secret"));
    }

    [OneTimeTearDown]
    public async Task StopDirectoryAsync()
    {
        if (_slapd is not null)
        {
            await _slapd.DisposeAsync();
        }
    }

    [TestCase(ByName, "ldap")]
    [TestCase(BySearch, "ldap")]
    [TestCase(BySearch + " ldapsearchfilter=\"(&(objectClass=inetOrgPerson)(|(uid=$username)(mail=$username)))\"", "ldap")]
    [TestCase("ldapbasedn=\"" + SlapdServer.BaseDn + "\"", "ldap")]
    [TestCase(ByName, "ldaps")]
    [TestCase(BySearch, "ldaps")]
    [TestCase(ByName + " ldaptls=1", "ldap")]
    [TestCase(BySearch + " ldaptls=1", "ldap")]
    public async Task The_directory_lets_in_who_has_the_right_password(string options, string scheme)
    {
        await StartLdapAsync(options, scheme);
        var right = await LogInAsync(Person);
        var wrong = await LogInAsync(Person with { Password = "wrong" });
        var unknown = await LogInAsync(Person with { Name = "no*body" });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(right?.MessageText, Is.Null);
            Assert.That((wrong?.SqlState, wrong?.MessageText), Is.EqualTo(("28000", Refused)));
            Assert.That((unknown?.SqlState, unknown?.MessageText), Is.EqualTo(("28000", Refused)));
        }

        Assert.That(Pgmux.Log.ToString(), Does.Contain("invalid credentials (49)").And.Not.Contains(Person.Password).And.Not.Contains(SlapdServer.AdminPassword));
    }

    [Test]
    public async Task A_user_with_two_entries_is_not_let_in()
    {
        await StartLdapAsync(BySearch, "ldap");
        var mark = Pgmux.Log.Count;
        Assert.That((await LogInAsync(PostgresRole.Plain with { Password = "twin-secret" }))?.MessageText, Is.EqualTo(Refused));
        await Pgmux.WaitForLogAsync("more than one entry below .* fits the user", mark);
    }

    [TestCase("ldap", " ldaptls=1")]
    [TestCase("ldaps", "")]
    public async Task A_server_that_the_system_does_not_trust_is_told_nothing(string scheme, string more)
    {
        await StartFreshAsync(Settings(ByName + more, scheme, "localhost"));
        Assert.That((await LogInAsync(Person))?.MessageText, Is.EqualTo(Refused));
        await Pgmux.WaitForLogAsync("TLS handshake failed: certificate verify failed: .*SSL_CERT_FILE", 0);
    }

    [TestCase("ldap", " ldaptls=1")]
    [TestCase("ldaps", "")]
    public async Task A_certificate_for_another_host_is_refused(string scheme, string more)
    {
        await StartFreshAsync(Settings(ByName + more, scheme, "127.0.0.1"), Trusting);
        Assert.That((await LogInAsync(Person))?.MessageText, Is.EqualTo(Refused));
        await Pgmux.WaitForLogAsync("TLS handshake failed: the server's certificate is not for the host \"127.0.0.1\"", 0);
    }

    [Test]
    public async Task A_line_of_the_HBA_file_asks_too_and_a_second_server_stands_in()
    {
        var line = $"host all {Person.Name} all ldap ldapserver=\"127.0.0.99 127.0.0.1\" ldapport={Slapd.Port} {ByName}\nhost all all all reject\n";
        await StartFreshAsync(PgmuxSettings.For(Cluster) with { Hba = line });
        Assert.That((await LogInAsync(Person))?.MessageText, Is.Null);
        Assert.That((await LogInAsync(PostgresRole.App))?.MessageText, Is.EqualTo("login rejected"));
    }

    private PgmuxLaunch Trusting => new() { Environment = new Dictionary<string, string> { ["SSL_CERT_FILE"] = Slapd.CaFile } };

    private Task StartLdapAsync(string options, string scheme) => StartFreshAsync(Settings(options, scheme, "localhost"), Trusting);

    private PgmuxSettings Settings(string options, string scheme, string host)
    {
        var port = scheme == "ldaps" ? Slapd.TlsPort : Slapd.Port;
        return PgmuxSettings.For(Cluster, ("auth_type", "ldap"), ("auth_ldap_options", $"ldapserver={host} ldapport={port} ldapscheme={scheme} {options}"));
    }
}
