using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>Names of users and databases that others have stumbled over (CVE-2012-4575), with a database entry for every name.</summary>
[TestFixture]
internal sealed class NamesTests
{
    // PostgreSQL itself cuts what is longer than 63 bytes.
    private static readonly string[] Served = [new('n', 63), new('n', 64), new('n', 127), "it's", "a\"b", "a b", "a=b;c", "é", "a\nb", "*", "-c", "'; DROP"];

    private static readonly string[] TooLong = [new('n', 129), new('n', 9_900), new('é', 65)];

    private static readonly byte[][] NotUtf8 = [[0xFF, 0xFE], [0xC3, 0x28], [(byte)'a', 0x80], [0xED, 0xA0, 0x80]];

    [TestCaseSource(nameof(Served)), Property("Row", "C13")]
    public void A_database_of_any_usable_name_is_served_by_the_entry_for_all(string name)
    {
        using var mux = Start();
        Assert.That(mux.Login(database: name).Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Single.Startup, Does.Contain(("database", name)));
    }

    [TestCaseSource(nameof(TooLong)), Property("Row", "C13")]
    public void Names_that_are_too_long_are_refused_and_others_are_served(string name)
    {
        using var mux = Start();
        var canary = mux.Login();
        Assert.That(mux.BeginLogin(database: name).Take(), Is.EqualTo("E(08P01 database name too long) EOF"));
        Assert.That(mux.BeginLogin(user: name).Take(), Is.EqualTo("E(08P01 username too long) EOF"));
        Assert.That(canary.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "C13")]
    public void A_name_of_128_bytes_is_served_or_refused_and_harms_nobody()
    {
        using var mux = Start();
        var canary = mux.Login();
        var name = new string('n', 128);
        Assert.That(mux.BeginLogin(database: name).Take(), Does.EndWith("Z(I)").Or.EqualTo("E(08P01 database name too long) EOF"));
        Assert.That(mux.BeginLogin(user: name).Take(), Does.Match(@"^E\((08P01|28000) [^)]*\) EOF$"));
        Assert.That(canary.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [TestCaseSource(nameof(NotUtf8)), Property("Row", "C13")]
    public void Names_that_are_no_UTF8_are_names(byte[] name)
    {
        using var mux = Start();
        var canary = mux.Login();
        var client = mux.Connect();
        client.Send(Startup([.. "alice"u8], name));
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
        var stranger = mux.Connect();
        stranger.Send(Startup(name, [.. "db"u8]));
        Assert.That(stranger.Take(), Does.Match(@"^E\(28000 .* authentication failed[^)]*\) EOF$"));
        Assert.That(canary.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [TestCase(63), TestCase(64), TestCase(127), Property("Row", "C13")]
    public void A_user_with_a_long_or_quoted_name_is_served(int length)
    {
        var name = "it's \"".PadRight(length, 'u');
        using var mux = Start((name.Replace("\"", "\"\"", StringComparison.Ordinal), "secret"));
        Assert.That(mux.Login(user: name).Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Single.Startup, Does.Contain(("user", name)));
    }

    private static byte[] Startup(byte[] user, byte[] database) =>
        RawMessages.StartupPacket(RawMessages.Protocol30, [.. "user\0"u8, .. user, 0, .. "database\0"u8, .. database, 0, 0]);

    private static TestMux Start(params (string Name, string Secret)[] users)
    {
        var settings = TestMux.SettingsOf();
        var everywhere = settings.Databases.Values.Single();
        var secrets = new Dictionary<string, string>(settings.Secrets);
        foreach (var (name, secret) in users)
        {
            secrets[name] = secret;
        }

        return TestMux.Start(settings with { Databases = new Dictionary<string, string> { ["*"] = everywhere }, Secrets = secrets });
    }
}
