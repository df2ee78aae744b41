using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>auth_user, auth_query and auth_dbname, in [pgbouncer] and in [databases].</summary>
[TestFixture]
internal sealed class AuthQueryRuleTests
{
    private readonly ConfigFiles _files = new();

    [OneTimeTearDown]
    public void Remove() => _files.Dispose();

    [TestCase("auth_user = asker", "host=h", "asker", "a", "default")]
    [TestCase("auth_user = asker\nauth_query = q\nauth_dbname = b", "host=h", "asker", "b", "q")]
    [TestCase("auth_user = asker\nauth_query = q\nauth_dbname = b", "host=h auth_user=own auth_query=p auth_dbname=a", "own", "a", "p")]
    [TestCase("auth_dbname = b", "host=h auth_user=own", "own", "b", "default")]
    public void A_databases_keys_come_before_the_settings(string settings, string line, string user, string database, string query)
    {
        var source = Load(settings, line).AuthQueryFor("a")!;
        Assert.That(
            (source.User, source.Database, source.Query),
            Is.EqualTo((user, database, query == "default" ? PgmuxOptions.DefaultAuthQuery : query)));
    }

    [TestCase("", "a")]
    [TestCase("auth_user =", "a")]
    [TestCase("auth_user = asker\nauth_query =", "a")]
    [TestCase("auth_user = asker", "nowhere")]
    [TestCase("auth_user = asker", "pgbouncer")]
    public void Nobody_is_asked(string settings, string database) => Assert.That(Load(settings, "host=h").AuthQueryFor(database), Is.Null);

    [Test]
    public void The_console_asks_where_auth_dbname_says() =>
        Assert.That(Load("auth_user = asker\nauth_dbname = b", "host=h").AuthQueryFor("pgbouncer")!.Database, Is.EqualTo("b"));

    [Test]
    public void A_database_that_the_fallback_serves_is_asked_under_its_own_name()
    {
        var snapshot = _files.LoadGood("[databases]\n* = host=h\n[pgbouncer]\nauth_user = asker\n");
        Assert.That(snapshot.AuthQueryFor("any")!.Database, Is.EqualTo("any"));
    }

    [TestCase("auth_user = asker", "host=h", 4)]
    [TestCase("auth_user = asker\nauth_query = q", "host=h", 5)]
    [TestCase("auth_user = asker\nauth_query = q", "host=h auth_query=p", 2)]
    [TestCase("", "host=h auth_user=own", 2)]
    public void It_is_known_where_the_query_stands(string settings, string line, int expected) =>
        Assert.That(Load(settings, line).AuthQueryFor("a")!.Location.Line, Is.EqualTo(expected));

    [TestCase("auth_dbname = pgbouncer", "host=h")]
    [TestCase("", "host=h auth_dbname=pgbouncer")]
    [Property("Text", "T60")]
    public void The_console_cannot_be_asked(string settings, string line) => Assert.That(
        _files.FaultsOf(Text(settings, line)), Has.One.EndsWith("cannot use the reserved \"pgbouncer\" database as an auth_dbname"));

    [TestCase("auth_dbname = nowhere", "host=h", "authentication database \"nowhere\" is not configured.")]
    [TestCase("auth_user = asker\nauth_query =", "host=h", "auth_query is empty, so users that auth_file does not have cannot log in")]
    [TestCase("auth_user = asker\nauth_type = any", "host=h user=x", "auth_type is any, so auth_user asks for nobody")]
    [TestCase("", "host=h", "neither auth_file nor auth_user is set, so no client can log in")]
    [Property("Text", "T59")]
    public void What_can_hardly_be_meant_is_warned_of(string settings, string line, string warning) =>
        Assert.That(_files.Load(Text(settings, line)).Warnings.Select(each => each.Message), Has.One.EqualTo(warning));

    [Test]
    public void Who_asks_lets_others_log_in() => Assert.That(
        _files.Load(Text("", "host=h auth_user=own")).Warnings.Select(each => each.Message), Has.None.Contains("no client can log in"));

    private ConfigSnapshot Load(string settings, string line) => _files.LoadGood(Text(settings, line));

    private static string Text(string settings, string line) => $"[databases]\na = {line}\n[pgbouncer]\n{settings}\n[databases]\nb = host=h\n";
}
