using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Tests.Configuration.Hba;

/// <summary>What is wrong with files, and what they may be made of.</summary>
[TestFixture]
internal sealed class HbaLoaderTests
{
    private const string Methods = "trust, reject, md5, password, scram-sha-256, peer, cert, pam, ldap, jwt, oauth";

    private HbaFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new HbaFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("hots all all 10.0.0.0/8 md5", "unknown kind of connection \"hots\"; did you mean host?; it must be one of local, host, hostssl, hostnossl, hostgssenc, hostnogssenc")]
    [TestCase("HOST all all all md5", "unknown kind of connection \"HOST\"; did you mean host?; it must be one of local, host, hostssl, hostnossl, hostgssenc, hostnogssenc")]
    [TestCase("local,host all all md5", "\"local,host\" stands where the kind of connection is expected, which cannot be a list")]
    [TestCase("local", "the line ends where the list of databases is expected")]
    [TestCase("local all", "the line ends where the list of users is expected")]
    [TestCase("local all all", "the line ends where the method is expected")]
    [TestCase("host all all", "the line ends where the address is expected")]
    [TestCase("host all all 10.0.0.1", "the line ends where the mask of 10.0.0.1 (or write 10.0.0.1 with /bits) is expected")]
    [TestCase("host all all 10.0.0.1 md5", "\"md5\" is not a mask for 10.0.0.1; write a range such as 10.0.0.1/32")]
    [TestCase("host all all 10.0.0.1/33 md5", "\"10.0.0.1/33\" is not an address range; write it as 10.0.0.0/8 or fd00::/8")]
    [TestCase("host all all db.example.com md5", "\"db.example.com\" is not an address; write all, samehost, samenet or a range such as 10.0.0.0/8; host names are not looked up")]
    [TestCase("host all all \"all\" md5", "\"all\" is not an address; write all, samehost, samenet or a range such as 10.0.0.0/8; host names are not looked up")]
    [TestCase("host all all 10.0.0.0/8,11.0.0.0/8 md5", "\"10.0.0.0/8,11.0.0.0/8\" stands where the address is expected, which cannot be a list")]
    [TestCase("local all all md6", "unknown method \"md6\"; did you mean md5?; it must be one of " + Methods)]
    [TestCase("local all all MD5", "unknown method \"MD5\"; did you mean md5?; it must be one of " + Methods)]
    [TestCase("local all all any", "unknown method \"any\"; it must be one of " + Methods)]
    [TestCase("local all all md5 ldapbindpasswd=hush", "option \"ldapbindpasswd\" is not supported; map=NAME, clientcert=verify-ca or verify-full and pamservice=NAME may follow the method, once each")]
    [TestCase("local all all ldap ldapserver=x", "ldapbasedn, ldapprefix or ldapsuffix must be given")]
    [TestCase("local all all ldap ldapserver=x ldapprefix=y map=z", "ident map \"z\" is not found in auth_ident_file")]
    [TestCase("local all all ldap ldapserver=x ldapbasedn=y ldapbinddn=z ldapbindpasswd=a ldaptls=1 ldapport=x", "ldapport must be a port from 1 to 65535")]
    [TestCase("local all all ident", "method ident is PostgreSQL's only; write one of " + Methods)]
    [TestCase("host all all all gss include_realm=0", "method gss is PostgreSQL's only; write one of " + Methods)]
    [TestCase("local samerole all md5", "samerole is not supported: pgmux does not know the members of roles; name the databases, or write sameuser")]
    [TestCase("local samegroup all md5", "samegroup is not supported: pgmux does not know the members of roles; name the databases, or write sameuser")]
    [TestCase("local all +admins md5", "+admins is not supported: pgmux does not know the members of roles; name the users, or write @file")]
    [TestCase("local all \"\" md5", "an empty name stands where a user is expected")]
    [TestCase("local all /( md5", "wrong regular expression: InsufficientClosingParentheses at character 2 behind the slash")]
    [TestCase("local all /(?=a) md5", "the regular expression needs look-around, a back reference or too many states, which are not supported")]
    [TestCase("local all /(a)\\1 md5", "the regular expression needs look-around, a back reference or too many states, which are not supported")]
    [TestCase("local all /^[[:digit:]]$ md5", "the regular expression has a class such as [:digit:]; write [0-9] or \\d")]
    [TestCase("local all all peer map=x", "ident map \"x\" is not found in auth_ident_file")]
    [TestCase("local all all md5 nonsense", "option \"nonsense\" is not supported; map=NAME, clientcert=verify-ca or verify-full and pamservice=NAME may follow the method, once each")]
    [TestCase("hostssl all all all md5 clientcert=verify-ca clientcert=verify-ca", "option \"clientcert=verify-ca\" is not supported; map=NAME, clientcert=verify-ca or verify-full and pamservice=NAME may follow the method, once each")]
    [TestCase("hostssl all all all md5 clientcert=1", "clientcert must be verify-ca or verify-full, not \"1\"")]
    [TestCase("hostssl all all all md5 clientcert=VERIFY-CA", "clientcert must be verify-ca or verify-full, not \"VERIFY-CA\"")]
    [TestCase("host all all all md5 clientcert=verify-ca", "clientcert may stand in hostssl lines only")]
    [TestCase("local all all peer clientcert=verify-full", "clientcert may stand in hostssl lines only")]
    [TestCase("hostssl all all all cert clientcert=verify-ca", "with cert, clientcert can only be verify-full, which cert means anyway")]
    [TestCase("local all all, md5,", "a comma stands at its end, and nothing follows")]
    [TestCase("local all \"all md5", "a quote in it has no end")]
    [TestCase("local all @none md5", "file of names \"DIR/none\" cannot be read: no such file or directory")]
    [TestCase("include", "expected include and one name")]
    [TestCase("include a b", "expected include and one name")]
    [TestCase("include none", "included file \"DIR/none\" cannot be read: no such file or directory")]
    [TestCase("include_dir none", "included directory \"DIR/none\" cannot be read: no such file or directory")]
    [Property("Row", "Z11")]
    public void A_wrong_line_is_named_with_what_is_right(string line, string message)
    {
        var directory = Path.GetDirectoryName(_folder.PathOf("x"))!;
        Assert.That(
            _folder.FaultsOf($"# first\n{line}\nlocal all all trust\n").Select(fault => fault.Replace(directory, "DIR", StringComparison.Ordinal)),
            Is.EqualTo(new[] { $"hba.conf:2: {message}" }));
    }

    [TestCase("host all all all peer", "peer works over the Unix socket only, so this line lets nobody in")]
    [TestCase("local all all cert", "cert works over TLS only, so this line lets nobody in")]
    [TestCase("hostnossl all all all cert", "cert works over TLS only, so this line lets nobody in")]
    [TestCase("hostgssenc all all all trust", "nobody comes with GSS encryption, so this line is about nobody")]
    [TestCase("host all all 192.168.1.1/0 md5", "the address has bits that its mask leaves out, so this line is about nobody, as in PgBouncer; PostgreSQL takes it for the network")]
    public void What_can_help_nobody_is_a_warning(string line, string message) =>
        Assert.That(_folder.WarningsOf($"local none none reject\n{line}\n"), Is.EqualTo(new[] { $"hba.conf:2: {message}" }));

    [Test]
    public void A_map_that_no_method_looks_at_is_a_warning()
    {
        _folder.ReadGood("local all all md5 map=m\n", "m root admin\n");
        Assert.That(_folder.Warnings.Select(warning => warning.Message), Is.EqualTo(new[] { "map=m has no effect with md5; it is for peer, cert and jwt" }));
    }

    [TestCase("")]
    [TestCase("# nothing\n\n")]
    public void A_file_without_rules_is_a_warning(string content) => Assert.That(
        _folder.WarningsOf(content), Is.EqualTo(new[] { $"pgmux.ini:3: auth_hba_file \"{_folder.PathOf("hba.conf")}\" has no rules, so no client can log in" }));

    [Test]
    public void A_line_may_go_on_in_the_next_ones()
    {
        var rules = _folder.ReadGood("# a comment \\\nlocal all all trust\nlocal db \\\r\n  alice,\\\nbob trust\nlocal \"d\\\nc\" x reject\\\n");
        Assert.Multiple(() =>
        {
            Assert.That(HbaFolder.Decide(rules, "db bob unix"), Is.EqualTo("Trust"));
            Assert.That(HbaFolder.Decide(rules, "db carol unix"), Is.EqualTo("none"));
            Assert.That(HbaFolder.Decide(rules, "dc x unix"), Is.EqualTo("Reject"));
            Assert.That(rules.Find(HbaFolder.Request("dc x unix"))!.Location.Line, Is.EqualTo(6));
            Assert.That(_folder.FaultsOf("local all \\\n\n\nlocal all all md6\n")[^1], Does.StartWith("hba.conf:4: "));
        });
    }

    [Test]
    public void A_file_of_names_may_name_others_beside_it()
    {
        Directory.CreateDirectory(_folder.PathOf("sub.d"));
        _folder.Write("sub.d/names", "# staff\nalice, bob\n\n\"car ol\"\n@more /^t_\n");
        _folder.Write("sub.d/more", "dave");
        var rules = _folder.ReadGood("local all @sub.d/names,eve trust\n");
        foreach (var user in new[] { "alice", "bob", "dave", "eve", "t_1" })
        {
            Assert.That(HbaFolder.Decide(rules, $"db {user} unix"), Is.EqualTo("Trust"), user);
        }

        Assert.That(rules.Find(HbaFolder.Request("db x unix") with { User = "car ol" }), Is.Not.Null);
        Assert.That(HbaFolder.Decide(rules, "db staff unix"), Is.EqualTo("none"));
    }

    [Test]
    public void A_fault_in_a_file_of_names_is_named_there()
    {
        _folder.Write("names", "alice\n+staff\n");
        Assert.That(_folder.FaultsOf("local all @names trust\n").Single(), Does.StartWith("names:2: +staff is not supported"));
    }

    [Test]
    public void Files_that_lead_back_to_themselves_are_told()
    {
        _folder.Write("loop", "@loop\n");
        Assert.That(_folder.FaultsOf("local all @loop trust\n").Single(), Is.EqualTo("loop:1: files of names lead to one another deeper than 10 levels"));
        Assert.That(_folder.FaultsOf("include hba.conf\n").Single(), Is.EqualTo("hba.conf:1: files are included deeper than 10 levels"));
        Assert.That(_folder.FaultsOf(string.Concat(Enumerable.Repeat("include hba.conf\n", 100))), Has.Length.EqualTo(HbaFaults.Most + 1));
    }

    [Test]
    public void Included_files_stand_in_place_of_their_line()
    {
        Directory.CreateDirectory(_folder.PathOf("conf.d"));
        _folder.Write("conf.d/20.conf", "local all alice md5\nlocal all bob md5\n");
        _folder.Write("conf.d/10.conf", "local all bob reject\n");
        _folder.Write("conf.d/.hidden.conf", "local all all reject\n");
        _folder.Write("conf.d/readme", "nonsense\n");
        var rules = _folder.ReadGood("local all carol trust\ninclude_dir conf.d\ninclude_if_exists none\nlocal all all scram-sha-256\n");
        Assert.That(
            new[] { "carol", "bob", "alice", "dave" }.Select(user => HbaFolder.Decide(rules, $"db {user} unix")),
            Is.EqualTo(new[] { "Trust", "Reject", "Md5", "ScramSha256" }));
        Assert.That(Path.GetFileName(rules.Find(HbaFolder.Request("db bob unix"))!.Location.File), Is.EqualTo("10.conf"));
    }

    [TestCase("a", 1, "expected three words: the map, the system user and the database user")]
    [TestCase("\nm root", 2, "expected three words: the map, the system user and the database user")]
    [TestCase("m root admin more", 1, "expected three words: the map, the system user and the database user")]
    [TestCase("m root,other admin", 1, "expected three words: the map, the system user and the database user")]
    [TestCase("m \"\" admin", 1, "expected three words: the map, the system user and the database user")]
    [TestCase("m root +admins", 1, "+admins is not supported: pgmux does not know the members of roles; name the users")]
    [TestCase("m /^a \\1", 1, "\\1 stands for the first group in parentheses, and /^a has none")]
    [TestCase("m /[ x", 1, "wrong regular expression: UnterminatedBracket at character 2 behind the slash")]
    [TestCase("m root /(", 1, "wrong regular expression: InsufficientClosingParentheses at character 2 behind the slash")]
    public void A_wrong_line_of_the_ident_file_is_named(string ident, int line, string message) =>
        Assert.That(_folder.FaultsOf("local all all peer\n", ident), Is.EqualTo(new[] { $"ident.conf:{line}: {message}" }));

    [Test]
    public void A_file_that_is_not_there_is_named_where_it_is_set()
    {
        var faults = new List<ConfigFault>();
        new HbaLoader(faults, []).Load("/none/hba", new("pgmux.ini", 5), "/none/ident", new("pgmux.ini", 6));
        Assert.That(faults.Select(fault => fault.ToString()), Is.EqualTo(new[]
        {
            "pgmux.ini:6: auth_ident_file \"/none/ident\" cannot be read: no such file or directory",
            "pgmux.ini:5: auth_hba_file \"/none/hba\" cannot be read: no such file or directory",
        }));
    }

    [Test]
    [Property("Row", "Z11")]
    public void A_file_of_the_wrong_kind_does_not_flood_the_log()
    {
        Assert.That(_folder.FaultsOf(string.Concat(Enumerable.Repeat("<html>\n", 100_000))), Has.Length.EqualTo(HbaFaults.Most + 1));
        Assert.That(_folder.Faults[^1].Message, Is.EqualTo("what follows this line was not looked at"));
    }

    [TestCase("\uFEFFlocal all all trust\n", "a byte order mark stands at its start; save the file as UTF-8 without one")]
    [TestCase("local all a\0b trust\n", "a zero byte stands in it")]
    public void Bytes_that_are_no_text_are_told(string content, string message) =>
        Assert.That(_folder.FaultsOf(content), Is.EqualTo(new[] { $"hba.conf:1: {message}" }));

    [Test]
    public void A_line_has_a_limit_and_a_file_of_names_has_none_of_it()
    {
        var names = string.Join(',', Enumerable.Range(0, 200_000).Select(number => $"user{number}"));
        Assert.That(_folder.FaultsOf($"local all {names} trust\n").Single(), Does.StartWith("hba.conf:1: is longer than 1024 KiB"));
        _folder.Write("names", names.Replace(',', '\n'));
        Assert.That(HbaFolder.Decide(_folder.ReadGood("local all @names trust\n"), "db user199999 unix"), Is.EqualTo("Trust"));
        Assert.That(_folder.FaultsOf(string.Concat(Enumerable.Repeat("local all @names trust\n", 6)))[0], Does.EndWith("the rules have more than 1000000 names together"));
    }

    [Test]
    [Property("Row", "Z11")]
    public void Random_words_never_throw()
    {
        var words = Gen.Elements(
            "local", "host", "hostssl", "all", "sameuser", "replication", "md5", "trust", "peer", "10.0.0.0/8", "::/0", "1.2.3.4", "255.0.0.0", ",", "\"", "/^a", "/(", "@names", "@hba.conf",
            "map=m", "+x", "include", "include_dir", "include_if_exists", "\n", "\\\n", "#", "\0", "x");
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(words).ToArbitrary(), content =>
        {
            _folder.Write("names", "a\n");
            var rules = _folder.Read(Encoding.UTF8.GetBytes(string.Join(' ', content)), "m root a\n"u8.ToArray());
            rules.Find(HbaFolder.Request("db alice 10.0.0.1"));
            return _folder.Faults.All(fault => fault is { File.Length: > 0, Line: > 0, Message.Length: > 0 });
        }));
    }
}
