using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.Ldap;

namespace Pgmux.Core.Tests.Configuration.Ldap;

/// <summary>The options of the method ldap, as auth_ldap_options and lines of the HBA file have them.</summary>
[TestFixture]
internal sealed class LdapOptionsReaderTests
{
    private const string Names = "ldapurl, ldapserver, ldapport, ldapscheme, ldaptls, ldapprefix, ldapsuffix, ldapbasedn, ldapbinddn, ldapbindpasswd, "
        + "ldapsearchattribute, ldapsearchfilter; a value with blanks or commas in it stands in double quotes";

    [Test]
    public void A_name_is_made_of_prefix_and_suffix()
    {
        var options = Good("ldapserver=\"a.example b.example\", ldapprefix=\"uid=\" ldapsuffix=\",dc=example,dc=net\" ldaptls=1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.Servers, Is.EqualTo(new LdapServer[] { new("a.example", 389), new("b.example", 389) }));
            Assert.That((options.Prefix, options.Suffix, options.UsesStartTls, options.IsEncrypted, options.BaseDn), Is.EqualTo(("uid=", ",dc=example,dc=net", true, false, (string?)null)));
        }
    }

    [TestCase("ldapserver=h ldapbasedn=\"dc=x\"", "(uid=$username)")]
    [TestCase("ldapserver=h ldapbasedn=\"dc=x\" ldapsearchattribute=cn", "(cn=$username)")]
    [TestCase("ldapserver=h ldapbasedn=\"dc=x\" ldapsearchfilter=\"(|(uid=$username)(mail=$username))\"", "(|(uid=$username)(mail=$username))")]
    [TestCase("ldapurl=\"ldap://h/dc=x?cn?sub\"", "(cn=$username)")]
    [TestCase("ldapurl=\"ldap://h/dc=x??sub?(sn=$username)\"", "(sn=$username)")]
    public void The_entry_of_the_user_fits_a_filter(string text, string filter)
    {
        var options = Good(text);
        Assert.That((options.BaseDn, options.Filter, options.Scope, options.Servers.Single()), Is.EqualTo(("dc=x", filter, LdapScope.Subtree, new LdapServer("h", 389))));
    }

    [TestCase("ldap://h/dc=x", "h:389 dc=x Base False")]
    [TestCase("ldaps://h/dc=x??one", "h:636 dc=x One True")]
    [TestCase("LDAP://h:1389/dc%3dx%2cdc=y?uid,cn?sub?", "h:1389 dc=x,dc=y Subtree False")]
    [TestCase("ldap://[::1]:1389/dc=x", "[::1]:1389 dc=x Base False")]
    public void A_URL_says_several_things_at_once(string url, string result)
    {
        var options = Good($"ldapurl=\"{url}\"");
        Assert.That($"{options.Servers.Single()} {options.BaseDn} {options.Scope} {options.IsEncrypted}", Is.EqualTo(result));
    }

    [TestCase("", "ldapbasedn, ldapprefix or ldapsuffix must be given")]
    [TestCase("ldapserver=h", "ldapbasedn, ldapprefix or ldapsuffix must be given")]
    [TestCase("ldapprefix=x", "ldapserver must be given: servers are not looked up in the DNS")]
    [TestCase("ldapserver=h ldapprefix=x ldapbasedn=y", "ldapprefix and ldapsuffix make a name to log in with, ldapbasedn is for a search; only one of the two can be done")]
    [TestCase("ldapserver=h ldapsuffix=x ldapsearchfilter=y", "ldapprefix and ldapsuffix make a name to log in with, ldapsearchfilter is for a search; only one of the two can be done")]
    [TestCase("ldapurl=ldap://h/dc=x ldapprefix=x", "ldapprefix and ldapsuffix make a name to log in with, ldapbasedn is for a search; only one of the two can be done")]
    [TestCase("ldapserver=h ldapbasedn=y ldapsearchattribute=a ldapsearchfilter=b", "ldapsearchattribute and ldapsearchfilter cannot both be given")]
    [TestCase("ldapserver=h ldapbasedn=y ldapbinddn=x", "ldapbinddn and ldapbindpasswd go together")]
    [TestCase("ldapserver=h ldapbasedn=y ldapbindpasswd=hush", "ldapbinddn and ldapbindpasswd go together")]
    [TestCase("ldapserver=h ldapbasedn=y ldapbindpasswd=hush more,hush2", "LDAP option 4 is no name=value with one of the names " + Names)]
    [TestCase("ldapserver=h ldapbasedn=y ldapbindpasswd=hush,hush2=x", "LDAP option 4 is no name=value with one of the names " + Names)]
    [TestCase("ldapservr=h", "LDAP option 1 \"ldapservr\" is no name=value with one of the names " + Names + "; did you mean ldapserver?")]
    [TestCase("ldapserver=h ldapserver=i ldapprefix=x", "ldapserver is given twice, be it by ldapurl")]
    [TestCase("ldapurl=ldap://h/dc=x ldapserver=i", "ldapserver is given twice, be it by ldapurl")]
    [TestCase("ldapserver=h ldapprefix=x ldapport=0", "ldapport must be a port from 1 to 65535")]
    [TestCase("ldapserver=h ldapprefix=x ldapport=65536", "ldapport must be a port from 1 to 65535")]
    [TestCase("ldapserver=h:389 ldapprefix=x", "ldapserver must be a host name or an address, or several with blanks between them; the port is ldapport's")]
    [TestCase("ldapserver=\"1 2 3 4 5 6 7 8 9\" ldapprefix=x", "ldapserver names more than 8 servers")]
    [TestCase("ldapserver=h ldapprefix=x ldaptls=yes", "ldaptls must be 0 or 1")]
    [TestCase("ldapserver=h ldapprefix=x ldapscheme=ldapi", "ldapscheme must be ldap or ldaps")]
    [TestCase("ldapserver=h ldapprefix=x ldapscheme=ldaps ldaptls=1", "ldaptls=1 is for ldapscheme=ldap: with ldaps the connection begins with TLS")]
    [TestCase("ldapserver= ldapprefix=x", "ldapserver has no value")]
    [TestCase("ldapserver=h ldapbasedn=y ldapsearchfilter=(uid=$username", "ldapsearchfilter lacks a )")]
    [TestCase("ldapserver=h ldapbasedn=y ldapsearchattribute=\"u)(\"", "ldapsearchattribute must be the name of an attribute")]
    [TestCase("ldapurl=http://h/dc=x", "ldapurl must begin with ldap:// or ldaps://")]
    [TestCase("ldapurl=\"ldap://h/dc=x??tree\"", "the scope in ldapurl must be base, one or sub")]
    [TestCase("ldapurl=\"ldap://h/dc=x????x\"", "ldapurl has extensions behind its filter, which are not supported")]
    [TestCase("ldapserver=\"h", "a quote in it has no end")]
    public void What_is_wrong_is_said_without_a_value(string text, string problem)
    {
        Assert.That(LdapOptionsReader.Read(text, out var said), Is.Null);
        Assert.That(said, Is.EqualTo(problem).And.Not.Contains("hush"));
    }

    [Test]
    public void A_password_may_hold_anything_and_is_shown_nowhere()
    {
        const string Text = "ldapserver=h ldapbasedn=\"dc=x\" ldapbinddn=\"cn=s\" ldapbindpasswd=\"hu#sh, \"\"x\"";
        var options = Good(Text);
        var setting = SettingTable.Find("auth_ldap_options")!;
        Assert.That(setting.TryApply(PgmuxOptions.Default, Text, out var with, out _));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.BindPassword, Is.EqualTo("hu#sh, \"x"));
            Assert.That($"{options}", Does.Not.Contain("sh"));
            Assert.That(setting.Print(with), Is.EqualTo("ldapserver=h ldapbasedn=dc=x ldapbinddn=cn=s ldapbindpasswd=****"));
            Assert.That(setting.TryApply(PgmuxOptions.Default, "ldapbindpaswd=hush", out with, out _));
            Assert.That(setting.Print(with), Is.EqualTo("****"));
        }
    }

    [TestCase("auth_type = ldap", "2: auth_type is ldap, so auth_ldap_options must say how the directory is asked")]
    [TestCase("auth_type = ldap\nauth_ldap_options = ldapserver=h", "3: auth_ldap_options: ldapbasedn, ldapprefix or ldapsuffix must be given")]
    public void Faults_have_their_line(string lines, string fault)
    {
        using var files = new ConfigFiles();
        Assert.That(files.FaultsOf($"[pgbouncer]\n{lines}\n"), Is.EqualTo(new[] { fault }));
    }

    private static LdapOptions Good(string text)
    {
        var options = LdapOptionsReader.Read(text, out var problem);
        Assert.That(problem, Is.Empty);
        return options!;
    }
}
