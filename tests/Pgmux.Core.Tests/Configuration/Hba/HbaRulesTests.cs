using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Tests.Configuration.Hba;

/// <summary>Which rule decides.</summary>
[TestFixture]
internal sealed class HbaRulesTests
{
    private const string Example = """
        local   peerdb          all                         peer
        local   all             clear                       password
        local   all             all                         md5
        hostssl all             all         10.0.0.0/8      cert
        hostnossl all           all         11.0.0.0/8      md5
        hostnogssenc all        gss         11.0.0.0/8      trust
        hostgssenc all          gss         12.0.0.0/8      trust
        host    all             all         127.0.0.0  255.255.255.0 password
        host    one             all         0.0.0.0/0       scram-sha-256
        host    none,all        u1,u2 , u3  16.0.0.0/8      md5
        host    d1,d2,d3,d4,d5,d6 many      18.0.0.0/8      trust # six
        host    "all"           "all"       19.0.0.0/8      reject
        host    "q""1"          "a , b"     19.0.0.0/8      trust
        host    sameuser        all         20.0.0.0/8      trust
        host    all             "sameuser"  21.0.0.0/8      trust
        host    "replication"   all         22.0.0.0/8      md5
        host    replication     all         22.0.0.0/8      trust
        host    both,replication all        23.0.0.0/8      trust
        host    /^t_            /^a.*z$     24.0.0.0/8      trust
        host    all             "/^x,y$"    24.0.0.0/8      md5
        host    any             user        all             reject
        host    all             user        samehost        trust
        host    v6              all         2001:db8::/32   md5
        host    v6              all         ::1/128         trust
        """;

    private HbaFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new HbaFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("peerdb clear unix", "Peer")]
    [TestCase("db clear unix", "Plain")]
    [TestCase("db other unix", "Md5")]
    [TestCase("db other unix tls", "Md5")]
    [TestCase("db u 10.1.1.1 tls", "Cert")]
    [TestCase("db u 10.1.1.1", "none")]
    [TestCase("db u 11.1.1.1", "Md5")]
    [TestCase("db u 11.1.1.1 tls", "none")]
    [TestCase("db gss 11.1.1.1 tls", "Trust")]
    [TestCase("db gss 12.1.1.1", "none")]
    [TestCase("db u 127.0.0.200", "Plain")]
    [TestCase("db u 127.0.1.1", "none")]
    [TestCase("db u ::ffff:127.0.0.200", "Plain")]
    [TestCase("one u 127.0.1.1", "ScramSha256")]
    [TestCase("one u 2001:db9::1", "none")]
    [TestCase("db u3 16.0.0.1", "Md5")]
    [TestCase("db u4 16.0.0.1", "none")]
    [TestCase("db U3 16.0.0.1", "none")]
    [TestCase("d6 many 18.0.0.1", "Trust")]
    [TestCase("d7 many 18.0.0.1", "none")]
    [TestCase("d6 few 18.0.0.1", "none")]
    [TestCase("db u 19.0.0.1", "none")]
    [TestCase("all all 19.0.0.1", "Reject")]
    [TestCase("bob bob 20.0.0.1", "Trust")]
    [TestCase("bob alice 20.0.0.1", "none")]
    [TestCase("x sameuser 21.0.0.1", "Trust")]
    [TestCase("x x 21.0.0.1", "none")]
    [TestCase("replication u 22.0.0.1", "Md5")]
    [TestCase("replication u 22.0.0.1 replication", "Trust")]
    [TestCase("other u 22.0.0.1 replication", "Trust")]
    [TestCase("other u 22.0.0.1", "none")]
    [TestCase("both u 23.0.0.1", "Trust")]
    [TestCase("other u 23.0.0.1", "none")]
    [TestCase("other u 23.0.0.1 replication", "Trust")]
    [TestCase("db u 127.0.0.1 replication", "none")]
    [TestCase("t_1 abcz 24.0.0.1", "Trust")]
    [TestCase("t_1 abcz1 24.0.0.1", "none")]
    [TestCase("xt_1 abcz 24.0.0.1", "none")]
    [TestCase("t_1 abcz\n 24.0.0.1", "none")]
    [TestCase("db x,y 24.0.0.1", "Md5")]
    [TestCase("any user 99.0.0.1", "Reject")]
    [TestCase("any user fe80::1", "Reject")]
    [TestCase("other user ::1", "Trust")]
    [TestCase("other user 99.0.0.1", "none")]
    [TestCase("v6 u 2001:db8:1::1", "Md5")]
    [TestCase("v6 u ::1", "Trust")]
    [TestCase("v6 u ::2", "none")]
    public void The_first_line_that_is_about_a_client_decides(string request, string expected) =>
        Assert.That(HbaFolder.Decide(_folder.ReadGood(Example), request), Is.EqualTo(expected));

    [Test]
    public void A_quoted_name_may_have_blanks_and_commas() =>
        Assert.That(
            _folder.ReadGood(Example).Find(new HbaRequest { Database = "q\"1", User = "a , b", Address = NetAddress.From(IPAddress.Parse("19.0.0.1")) })?.Method.ToString(),
            Is.EqualTo("Trust"));

    [Test]
    public void Without_rules_nobody_is_let_in() => Assert.That(HbaRules.None.Find(HbaFolder.Request("db alice unix")), Is.Null);

    [TestCase("samehost")]
    [TestCase("samenet")]
    public void This_machine_is_in_its_own_networks(string word)
    {
        var rules = _folder.ReadGood($"host all all {word} trust\n");
        Assert.That(HbaFolder.Decide(rules, "db u 127.0.0.1"), Is.EqualTo("Trust"));
        Assert.That(HbaFolder.Decide(rules, "db u 255.255.255.254"), Is.EqualTo("none"));
    }

    /// <summary>The same decisions as a matcher that is slow and simple, and knows networks from the framework.</summary>
    [Test]
    public void Random_rules_decide_as_they_read()
    {
        var name = Gen.Elements("all", "a", "b", "c", "sameuser");
        var names = name.NonEmptyListOf().Select(list => string.Join(',', list));
        var type = Gen.Elements("host", "hostssl", "hostnossl", "local");
        var range = Gen.Elements("10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "10.1.2.3/32", "::/0", "fd00::/8", "fd00::1/128", "all");
        var method = Gen.Elements("trust", "reject", "md5", "password", "scram-sha-256");
        var rule = from t in type from d in names from u in names from r in range from m in method select (Type: t, Databases: d, Users: u, Range: r, Method: m);
        var request = from d in Gen.Elements("a", "b", "d")
                      from u in Gen.Elements("a", "b", "sameuser")
                      from a in Gen.Elements("10.1.2.3", "10.1.9.9", "10.9.9.9", "9.9.9.9", "fd00::1", "fd00::2", "fe80::1", "unix")
                      from tls in Gen.Elements("", " tls")
                      select $"{d} {u} {a}{tls}";
        Check.QuickThrowOnFailure(Prop.ForAll(rule.ListOf().Zip(request).ToArbitrary(), pair =>
        {
            var (lines, asked) = pair;
            var text = string.Concat(lines.Select(line => $"{line.Type} {line.Databases} {line.Users} {(line.Type == "local" ? "" : line.Range)} {line.Method}\n"));
            var found = _folder.ReadGood(text).Find(HbaFolder.Request(asked));
            var expected = lines.FindIndex(line => IsAbout(line, asked.Split(' ')));
            return (found?.Location.Line - 1 ?? -1) == expected;
        }));
    }

    [Test]
    public void A_login_allocates_nothing_to_find_its_rule()
    {
        var rules = _folder.ReadGood(Example);
        var requests = new[] { "d6 many 18.0.0.1", "db nobody 99.0.0.1", "v6 u ::1", "db other unix" }.Select(HbaFolder.Request).ToArray();
        foreach (var request in requests)
        {
            rules.Find(request);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var request in requests)
        {
            rules.Find(request);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Ten_thousand_rules_are_quick()
    {
        const int Rules = 10_000;
        const int Logins = 1000;
        var text = new StringBuilder();
        for (var i = 0; i < Rules; i++)
        {
            text.Append("host db").Append(i).Append(",x user").Append(i).Append(" 10.").Append(i / 250).Append('.').Append(i % 250).Append(".0/24 md5\n");
        }

        var rules = _folder.ReadGood(text.ToString());
        var request = HbaFolder.Request($"x user{Rules - 1} 10.{(Rules - 1) / 250}.{(Rules - 1) % 250}.7");
        Assert.That(rules.Find(request)!.Location.Line, Is.EqualTo(Rules));
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < Logins; i++)
        {
            rules.Find(request);
        }

        // Time of the processor, so that what else runs on the machine does not count; other tests of this process do.
        Assert.That(Environment.CpuUsage.TotalTime - before, Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    private static bool IsAbout((string Type, string Databases, string Users, string Range, string Method) line, string[] asked)
    {
        var isUnix = asked[2] == "unix";
        var isTls = asked.Contains("tls");
        var isRightType = line.Type switch
        {
            "local" => isUnix,
            "hostssl" => !isUnix && isTls,
            "hostnossl" => !isUnix && !isTls,
            _ => !isUnix,
        };
        return isRightType
            && (isUnix || line.Range == "all" || IPNetwork.Parse(line.Range).Contains(IPAddress.Parse(asked[2])))
            && line.Databases.Split(',').Any(name => name == "all" || name == asked[0] || (name == "sameuser" && asked[0] == asked[1]))
            && line.Users.Split(',').Any(name => name == "all" || name == asked[1]);
    }
}
