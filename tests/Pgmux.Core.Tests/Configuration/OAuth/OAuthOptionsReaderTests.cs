using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.OAuth;
using Pgmux.Core.Tests.Configuration.Hba;
using Pgmux.Testing.OAuth;

namespace Pgmux.Core.Tests.Configuration.OAuth;

/// <summary>The options of jwt in lines of the HBA file.</summary>
[TestFixture]
internal sealed class OAuthOptionsReaderTests
{
    private const string Needed = "issuer=https://i audience=a jwks=keys.json";

    private HbaFolder _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new HbaFolder();
        _folder.Write("keys.json", TestIssuer.Known.Jwks);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void What_is_not_given_has_its_usual_value()
    {
        var options = Read(Needed);
        Assert.That((options.Issuer, options.Audience, options.Claim, options.Scope, options.ComesAsPassword), Is.EqualTo(("https://i", "a", "sub", (string?)null, false)));
        Assert.That(options.Keys.Count, Is.EqualTo(4));
    }

    [Test]
    public void All_can_be_given_in_any_order_with_quotes_where_blanks_are()
    {
        var options = Read("scope=\"db read\" via=password claim=email jwks=\"keys.json\" audience=\"a b\" issuer=https://i?x=y");
        Assert.That(
            (options.Issuer, options.Audience, options.Claim, options.Scope, options.ComesAsPassword), Is.EqualTo(("https://i?x=y", "a b", "email", "db read", true)));
    }

    [Test]
    public void A_map_may_follow_and_so_may_clientcert()
    {
        var rules = _folder.ReadGood($"hostssl all all all jwt {Needed} map=m clientcert=verify-full\n", "m /^(.*)@x$ \\1\n");
        Assert.That((rules.All[0].Map?.Name, rules.All[0].Method, _folder.Warnings.Count), Is.EqualTo(("m", AuthType.Jwt, 0)));
    }

    [Test]
    public void Lines_that_name_one_file_share_its_keys()
    {
        var rules = _folder.ReadGood($"local a all jwt {Needed}\nlocal b all jwt {Needed} via=password\n");
        Assert.That(rules.All[0].OAuth!.Keys, Is.SameAs(rules.All[1].OAuth!.Keys));
    }

    [TestCase("", "jwt needs issuer=, audience= and jwks=, and issuer= is missing")]
    [TestCase("issuer=https://i", "jwt needs issuer=, audience= and jwks=, and audience= is missing")]
    [TestCase("issuer=https://i audience=a", "jwt needs issuer=, audience= and jwks=, and jwks= is missing")]
    [TestCase(Needed + " via=oauth", "via can only be password, not \"oauth\"")]
    [TestCase(Needed + " isuer=x", "option \"isuer\" is not one of jwt's; did you mean issuer?; they are issuer, audience, jwks, claim, scope, via, map and clientcert")]
    [TestCase(Needed + " issuer", "option issuer needs a value")]
    [TestCase(Needed + " claim=", "option claim needs a value")]
    [TestCase(Needed + " audience=b", "option audience stands there twice")]
    [TestCase(Needed + " map=x", "ident map \"x\" is not found in auth_ident_file")]
    [TestCase(Needed + " scope=a,b", "\"scope=a,b\" stands where an option is expected, which cannot be a list")]
    [TestCase("issuer=i audience=a jwks=none", "jwks file \"DIR/none\" cannot be read: no such file or directory")]
    [TestCase("issuer=i audience=a jwks=empty", "jwks file \"DIR/empty\" is no JWKS: expected JSON of the form {\"keys\": [...]}")]
    public void A_wrong_option_is_named_with_what_is_right(string options, string message)
    {
        _folder.Write("empty", "");
        var directory = Path.GetDirectoryName(_folder.PathOf("x"))!;
        Assert.That(
            _folder.FaultsOf($"local all all jwt {options}\n").Select(fault => fault.Replace(directory, "DIR", StringComparison.Ordinal)),
            Is.EqualTo(new[] { $"hba.conf:1: {message}" }));
    }

    [TestCase("", "oauth needs issuer= and scope=, and issuer= is missing")]
    [TestCase("issuer=i", "oauth needs issuer= and scope=, and scope= is missing")]
    [TestCase("issuer=i scope=s audience=a", "option \"audience\" is not one of oauth's; they are issuer, scope, via and clientcert")]
    [TestCase("issuer=i scope=s validator=v", "option \"validator\" is not one of oauth's; they are issuer, scope, via and clientcert")]
    public void The_options_of_oauth_are_PostgreSQLs_two(string options, string message)
    {
        Assert.That(_folder.FaultsOf($"local all all oauth {options}\n"), Is.EqualTo(new[] { $"hba.conf:1: {message}" }));
        var read = _folder.ReadGood("local all all oauth issuer=https://i scope=\"a b\"\n").All[0].OAuth!;
        Assert.That((read.Issuer, read.Scope, read.ComesAsPassword, read.Keys.Count), Is.EqualTo(("https://i", "a b", false, 0)));
    }

    [TestCase("jwt")]
    [TestCase("JWT")]
    [TestCase("oauth")]
    public void Auth_type_jwt_names_the_place_where_it_belongs(string written)
    {
        using var files = new ConfigFiles();
        Assert.That(
            files.FaultsOf($"[pgbouncer]\nauth_type = {written}\n"),
            Is.EqualTo(new[]
            {
                $"2: auth_type = {written}: auth_type must be one of any, trust, plain, md5, scram-sha-256, cert, hba, pam, ldap; {written.ToLowerInvariant()} stands in lines of auth_hba_file, with auth_type = hba",
            }));
    }

    [Test]
    public void What_is_odd_in_the_file_of_keys_is_a_warning_once()
    {
        _folder.Write("keys.json", TestIssuer.JwksOf(TestIssuer.Known.RsaKey(isPrivate: true)));
        Assert.That(
            _folder.WarningsOf($"local a all jwt {Needed}\nlocal b all jwt {Needed}\n").Single(),
            Does.StartWith("hba.conf:1: jwks file \"").And.EndWith("has the private key of \"rsa\", which belongs to the issuer alone"));
    }

    private OAuthOptions Read(string options) => _folder.ReadGood($"local all all jwt {options}\n").All[0].OAuth!;
}
