using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>auth_type hba with real clients: every method, and files that change under them.</summary>
[OnPostgres]
internal sealed class HbaTests(int postgres) : PgmuxFixture(postgres)
{
    private const string Methods = """
        # each role by its own method
        host  all  app        127.0.0.0/8          trust
        host  all  app_plain  127.0.0.1 255.255.255.255 password
        host  all  app_md5    samehost             md5
        host  all  /^app_s.*m$ all                 scram-sha-256
        host  all  admin      all                  trust
        host  "app" postgres  all                  reject
        """;

    [TestCase("app_plain")]
    [TestCase("app_md5")]
    [TestCase("app_scram")]
    [Property("Row", "A01")]
    public async Task A_password_counts_by_the_method_of_its_line(string name)
    {
        await StartAsync(Settings(Methods));
        var role = PostgresRole.All.Single(known => known.Name == name);

        var right = await LogInAsync(role);
        var wrong = await LogInAsync(role with { Password = "wrong" });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(right?.MessageText, Is.Null);
            Assert.That((wrong?.SqlState, wrong?.MessageText), Is.EqualTo(("28P01", name == "app_scram" ? "SASL authentication failed" : "password authentication failed")));
        }
    }

    [Test]
    public async Task Trust_and_reject_and_no_line_at_all()
    {
        await StartAsync(Settings(Methods));

        var trusted = await LogInAsync(PostgresRole.App);
        var rejected = await LogInAsync(PostgresRole.Superuser);
        var forgotten = await LogInAsync(PostgresRole.Superuser, "other");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(trusted?.MessageText, Is.Null);
            Assert.That((rejected?.Severity, rejected?.SqlState, rejected?.MessageText), Is.EqualTo(("FATAL", "28000", "login rejected")));
            Assert.That((forgotten?.Severity, forgotten?.SqlState, forgotten?.MessageText), Is.EqualTo(("FATAL", "28000", "no authentication method is found")));
        }

        await Pgmux.WaitForLogAsync(@"login rejected: by .*/hba\.conf:7$");
    }

    [TestCase("host all all all reject")]
    [TestCase("host none none all trust")]
    [TestCase("host all all all peer")]
    [TestCase("host all all all cert")]
    [TestCase("hostssl all all all trust")]
    [TestCase("host all all all password")]
    [TestCase("host all all all scram-sha-256")]
    [Property("Row", "B42"), Property("Row", "A02")]
    public async Task A_user_that_does_not_exist_is_told_what_one_that_does_is_told(string hba)
    {
        await StartAsync(Settings(hba));

        Assert.That(await FirstAnswerAsync("nobody_there"), Is.EqualTo(await FirstAnswerAsync("app_scram")));
    }

    [Test, Property("Row", "Z09"), Property("Row", "B210")]
    public async Task Lines_change_under_clients_that_stay()
    {
        var before = Settings(Methods);
        await StartFreshAsync(before);
        await using var client = await LoginAsync();
        await using var console = await ConsoleAsync();

        Pgmux.Write(before with { Hba = "host all app all reject\nhost all all all trust\n" });
        await console.ExecuteAsync("RELOAD");
        Assert.That((await LogInAsync(PostgresRole.App))?.MessageText, Is.EqualTo("login rejected"));
        Assert.That((await LogInAsync(PostgresRole.Superuser))?.MessageText, Is.Null);
        Assert.That(await client.ScalarAsync("SELECT 1"), Is.EqualTo("1"));

        Pgmux.Write(before);
        await console.ExecuteAsync("RELOAD");
        Assert.That((await LogInAsync(PostgresRole.App))?.MessageText, Is.Null);
        Assert.That((await LogInAsync(PostgresRole.Superuser))?.MessageText, Is.EqualTo("login rejected"));
        Assert.That(await client.ScalarAsync("SELECT 2"), Is.EqualTo("2"));
    }

    [Test, Property("Row", "Z06"), Property("Row", "B214")]
    public async Task A_wrong_line_leaves_a_reload_without_effect_and_is_named()
    {
        var before = Settings(Methods);
        await StartFreshAsync(before);
        await using var console = await ConsoleAsync();
        var mark = Pgmux.Log.Count;

        Pgmux.Write(before with { Hba = "host all app all reject\nhost all all all mad5\n" });
        var answer = await console.SendAsync("RELOAD");

        await Pgmux.WaitForLogAsync(@"hba\.conf:2: unknown method ""mad5""; did you mean md5\?", mark);
        Assert.That(answer.Single(message => message.Type == 'E').SqlState, Is.EqualTo("F0000"));
        Assert.That((await LogInAsync(PostgresRole.App))?.MessageText, Is.Null);
        Assert.That((await LogInAsync(PostgresRole.Superuser))?.MessageText, Is.EqualTo("login rejected"));
    }

    [TestCase("host all all all trust\nhost all +admins all trust\n", "hba.conf:2: +admins is not supported")]
    [TestCase("host all all all ldap ldapserver=x\n", "hba.conf:1: ldapbasedn, ldapprefix or ldapsuffix must be given")]
    [TestCase("host all all db.example.com trust\n", "hba.conf:1: \"db.example.com\" is not an address")]
    [TestCase("host all @people all trust\n", "hba.conf:1: file of names")]
    public async Task A_wrong_line_stops_the_start(string hba, string message)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartFreshAsync(Settings(hba)));
        Assert.That(failure!.Message, Does.Contain(message));
    }

    [Test, Property("Row", "B32")]
    public async Task A_hundred_reloads_refuse_no_login_that_was_allowed_before()
    {
        const int Reloads = 100;
        var settings = Settings("host all app all trust\nhost all all all trust\n");
        await StartFreshAsync(settings);
        await using var console = await ConsoleAsync();
        using var end = new CancellationTokenSource();
        var refusals = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => LogInUntilAsync(end.Token)));

        for (var i = 0; i < Reloads; i++)
        {
            Pgmux.Write(settings with { Hba = i % 2 == 0 ? "host all app,admin all trust\n" : settings.Hba });
            await console.ExecuteAsync("RELOAD");
        }

        await end.CancelAsync();
        Assert.That(await refusals, Is.All.Empty);
    }

    [Test]
    public async Task The_console_shows_the_files()
    {
        await StartAsync(Settings(Methods) with { Ident = "m root app\n" });
        await using var console = await ConsoleAsync();

        var shown = (await console.ShowAsync("CONFIG")).ToDictionary(row => row["key"], row => row["value"]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(shown["auth_type"], Is.EqualTo("hba"));
            Assert.That(shown["auth_hba_file"], Is.EqualTo(Path.Combine(Pgmux.Folder, "hba.conf")));
            Assert.That(shown["auth_ident_file"], Is.EqualTo(Path.Combine(Pgmux.Folder, "ident.conf")));
        }
    }

    private PgmuxSettings Settings(string hba) => PgmuxSettings.For(Cluster) with { Hba = hba };

    private async Task<string> FirstAnswerAsync(string user)
    {
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(("user", user), ("database", "app")));
        return $"{await client.ReadAsync()}";
    }

    private async Task<List<string>> LogInUntilAsync(CancellationToken end)
    {
        var refusals = new List<string>();
        while (!end.IsCancellationRequested)
        {
            if (await LogInAsync(PostgresRole.App) is { } refusal)
            {
                refusals.Add(refusal.MessageText);
            }
        }

        return refusals;
    }
}
