using Npgsql;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>pam with the system's PAM, and service files that exist for as long as these tests run.</summary>
[OnPostgres]
internal sealed class PamTests(int postgres) : PgmuxFixture(postgres)
{
    private const string ServiceFolder = "/etc/pam.d";

    // The other version's tests may run at the same time, and end earlier.
    private readonly string _prefix = $"pgmux-test-{Environment.ProcessId}-{postgres}";

    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public void WriteServices()
    {
        _folder = new TemporaryFolder();
        var judge = _folder.Write("judge.sh", """
            #!/bin/sh
            # The password comes with a zero byte behind it.
            password=$(tr -d '\000')
            [ "$PAM_USER" = app_scram ] && [ "$PAM_RHOST" = 127.0.0.1 ] && [ "$password" = scram-secret ]
            """);
        File.SetUnixFileMode(judge, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        try
        {
            Write("permit", "auth required pam_permit.so\naccount required pam_permit.so\n");
            Write("deny", "auth required pam_deny.so\naccount required pam_permit.so\n");
            Write("expired", "auth required pam_permit.so\naccount required pam_deny.so\n");
            Write("judge", $"auth required pam_exec.so quiet expose_authtok {judge}\naccount required pam_permit.so\n");
            Write("slow", "auth required pam_exec.so quiet /bin/sleep 5\nauth required pam_deny.so\naccount required pam_permit.so\n");
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            Assert.Ignore($"service files of PAM cannot be written here, so pam is not tried with real ones: {failure.Message}");
        }
    }

    [OneTimeTearDown]
    public void RemoveServices()
    {
        foreach (var service in new[] { "permit", "deny", "expired", "judge", "slow" })
        {
            File.Delete(PathOf(service));
        }

        _folder.Dispose();
    }

    [TestCase("permit", "scram-secret", null)]
    [TestCase("judge", "scram-secret", null)]
    [TestCase("judge", "wrong", "28000: auth failed")]
    [TestCase("deny", "scram-secret", "28000: auth failed")]
    [TestCase("expired", "scram-secret", "28000: auth failed")]
    [TestCase("nowhere", "scram-secret", "28000: auth failed")]
    [TestCase("permit", "wrong", "28P01: password authentication failed for user \"app_scram\"", Description = "the server has the last word")]
    public async Task The_modules_of_the_service_decide(string service, string password, string? error)
    {
        await StartFreshAsync(Settings(service));

        var told = await LogInAsync(PostgresRole.Scram with { Password = password });

        Assert.That(told is null ? null : $"{told.SqlState}: {told.MessageText}", Is.EqualTo(error));
        if (error == "28000: auth failed")
        {
            await Pgmux.WaitForLogAsync($@"{(service == "expired" ? "pam_acct_mgmt" : "pam_[a-z]+")}\(\) failed: ");
        }

        Assert.That(Pgmux.Log.Lines, Has.None.Contains("scram-secret"));
    }

    [Test]
    public async Task Slow_modules_hold_up_nobody_but_their_own_logins()
    {
        const int Waiting = 20;
        await StartFreshAsync(Settings("slow") with
        {
            Hba = $"host all app all trust\nhost all all all pam pamservice={_prefix}-slow\n",
            Settings = new Dictionary<string, string> { ["client_login_timeout"] = "2" },
        });
        var slow = Enumerable.Range(0, Waiting).Select(_ => LogInAsync(PostgresRole.Scram)).ToArray();
        await Pgmux.WaitForLogAsync("app_scram.*login attempt");

        await using (var connection = await Pgmux.ConnectAsync())
        await using (var command = new NpgsqlCommand("SELECT 1", connection))
        {
            Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(1));
        }

        Assert.That(slow.Count(login => login.IsCompleted), Is.LessThan(Waiting));
        var errors = await Task.WhenAll(slow).WaitAsync(WaitLimit.Default);
        Assert.That(errors.Select(error => error?.MessageText), Is.All.StartsWith("client_login_timeout"));
    }

    private string PathOf(string service) => Path.Combine(ServiceFolder, $"{_prefix}-{service}");

    private void Write(string service, string content) => File.WriteAllText(PathOf(service), content);

    // Nobody stands in the user list: PAM knows the users, and what they have said serves at the server.
    private PgmuxSettings Settings(string service) => PgmuxSettings.For(Cluster) with
    {
        Secrets = new Dictionary<string, string> { ["app"] = "" },
        Hba = $"host all all all pam pamservice={_prefix}-{service}\n",
    };
}
