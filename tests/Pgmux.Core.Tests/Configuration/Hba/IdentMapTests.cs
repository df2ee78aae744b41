using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Tests.Configuration.Hba;

[TestFixture]
internal sealed class IdentMapTests
{
    private const string Example = """
        # map   system user             database user
        m       root                    admin
        m       root                    reader
        m       "two words"             "other one"
        any     backup                  all
        quoted  backup                  "all"
        mail    /^(.*)@example\.com$    \1
        mail    /^(.*)@example\.org$    guest
        prefix  /^svc_(.*)$             app_\1_user
        expr    /^ops                   /^(admin|reader)$
        option  /^(x)?y$                \1
        literal root                    \1
        """;

    private HbaFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new HbaFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("m", "root", "admin", true)]
    [TestCase("m", "root", "reader", true)]
    [TestCase("m", "root", "root", false)]
    [TestCase("m", "ROOT", "admin", false)]
    [TestCase("m", "two words", "other one", true)]
    [TestCase("any", "backup", "whoever", true)]
    [TestCase("any", "root", "whoever", false)]
    [TestCase("quoted", "backup", "whoever", false)]
    [TestCase("quoted", "backup", "all", true)]
    [TestCase("mail", "ann@example.com", "ann", true)]
    [TestCase("mail", "ann@example.com", "bob", false)]
    [TestCase("mail", "ann@example.com.evil", "ann", false)]
    [TestCase("mail", "ann@example.com\n", "ann", false)]
    [TestCase("mail", "x\nann@example.com", "ann", false)]
    [TestCase("mail", "ann@example.org", "guest", true)]
    [TestCase("mail", "ann@example.org", "ann", false)]
    [TestCase("prefix", "svc_web", "app_web_user", true)]
    [TestCase("prefix", "svc_web", "app_\\1_user", false)]
    [TestCase("expr", "ops1", "reader", true)]
    [TestCase("expr", "ops1", "reader2", false)]
    [TestCase("option", "xy", "x", true)]
    [TestCase("option", "y", "", false)]
    [TestCase("literal", "root", "\\1", true)]
    [TestCase("literal", "root", "root", false)]
    public void A_map_says_who_may_be_whom(string map, string systemUser, string user, bool isAllowed)
    {
        var rules = _folder.ReadGood($"local all all peer map={map}\n", Example);
        Assert.That(rules.Find(HbaFolder.Request("db x unix"))!.Map!.Allows(systemUser, user), Is.EqualTo(isAllowed));
    }

    [Test]
    public void The_name_of_a_map_may_be_quoted() =>
        Assert.That(_folder.ReadGood("local all all peer map=\"a b\"\n", "\"a b\" root admin\n").Find(HbaFolder.Request("db x unix"))!.Map!.Name, Is.EqualTo("a b"));

    /// <summary>An expression that takes other engines years.</summary>
    [Test]
    public void No_expression_takes_long_whatever_the_name()
    {
        var rules = _folder.ReadGood("local all /^(a+)+$ reject\nlocal all all peer map=m\n", "m /^(a|a|aa)+$ \\1\n");
        var name = new string('a', 5000) + "!";
        var rule = rules.Find(HbaFolder.Request("db x unix") with { User = name });
        Assert.That(rule!.Location.Line, Is.EqualTo(2));
        Assert.That(rule.Map!.Allows(name, "a"), Is.False);
        Assert.That(_folder.FaultsOf("local all /(a{1000}){1000} trust\n").Single(), Does.Contain("too many states"));
        Assert.That(_folder.FaultsOf($"local all /{name} trust\n").Single(), Does.Contain("more than 1024 characters"));
    }
}
