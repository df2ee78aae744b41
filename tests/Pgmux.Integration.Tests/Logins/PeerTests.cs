using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Logins by the system user at the other end of the Unix socket.</summary>
[OnPostgres]
[Property("Row", "A18")]
internal sealed class PeerTests(int postgres) : PgmuxFixture(postgres)
{
    private const string Refusal = "FATAL:  unix socket login rejected";

    // A user id that no system gives a name.
    private const uint Nameless = 3_999_999_999;

    private const uint Nobody = 65534;

    private static readonly string Me = UnprivilegedUser.IsNeeded ? "root" : Environment.UserName;

    [Test]
    public async Task A_user_is_let_in_under_its_own_name_only()
    {
        await StartAsync(Settings("local all all peer\n"));

        var own = await PsqlAsync(Me);
        var other = await PsqlAsync("app");
        var unknown = await PsqlAsync("nobody_there");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((own.ExitCode, own.Output.Trim()), Is.EqualTo((0, "app")), own.Error);
            Assert.That(other.Error, Does.Contain(Refusal));
            Assert.That(unknown.Error, Does.Contain(Refusal));
        }
    }

    [Test]
    public async Task A_user_is_let_in_under_the_names_that_the_map_gives_it()
    {
        await StartAsync(Settings("local all all peer map=m\n") with { Ident = $"m {Me} app\nm /^(n.*)y$ \\1ie\n" });

        var mapped = await PsqlAsync("app");
        var own = await PsqlAsync(Me);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((mapped.ExitCode, mapped.Output.Trim()), Is.EqualTo((0, "app")), mapped.Error);
            Assert.That(own.Error, Does.Contain(Refusal));
        }
    }

    [Test]
    public async Task Another_user_id_is_not_let_in()
    {
        RequireRoot();
        await StartAsync(Settings("local all all peer\n"));

        var pretender = await PsqlAsync(Me, Nobody);
        var nobody = await PsqlAsync("nobody", Nobody);
        var nameless = await PsqlAsync("nobody", Nameless);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(pretender.Error, Does.Contain(Refusal));
            Assert.That((nobody.ExitCode, nobody.Output.Trim()), Is.EqualTo((0, "app")), nobody.Error);
            Assert.That(nameless.Error, Does.Contain(Refusal));
        }

        await Pgmux.WaitForLogAsync($"unix socket login rejected: user id {Nameless} has no name");
    }

    [Test]
    public async Task Another_user_id_is_not_let_in_by_a_map()
    {
        RequireRoot();
        await StartAsync(Settings("local all all peer map=m\n") with { Ident = "m /^(nob)ody$ \\1ie\n" });

        var mapped = await PsqlAsync("nobie", Nobody);
        var pretender = await PsqlAsync("nobie");
        var nameless = await PsqlAsync("nobie", Nameless);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((mapped.ExitCode, mapped.Output.Trim()), Is.EqualTo((0, "app")), mapped.Error);
            Assert.That(pretender.Error, Does.Contain(Refusal));
            Assert.That(nameless.Error, Does.Contain(Refusal));
        }
    }

    [Test]
    public async Task Nobody_is_a_peer_over_TCP()
    {
        await StartAsync(Settings("host all all all peer\nlocal all all peer\n"));

        Assert.That((await PsqlAsync(Me, host: "127.0.0.1")).Error, Does.Contain(Refusal));
    }

    private static void RequireRoot()
    {
        if (!UnprivilegedUser.IsNeeded)
        {
            Assert.Ignore("only root can become somebody else");
        }
    }

    // Whoever comes, the server is asked as app.
    private PgmuxSettings Settings(string hba) => PgmuxSettings.For(Cluster) with
    {
        Databases = new Dictionary<string, string> { [PostgresCluster.Database] = $"host=127.0.0.1 port={Cluster.Port} user=app" },
        Secrets = new Dictionary<string, string> { [Me] = "", ["nobody"] = "", ["nobie"] = "", ["app"] = "" },
        Hba = hba,
    };

    private Task<ToolResult> PsqlAsync(string user, uint? userId = null, string? host = null)
    {
        string[] become = userId is { } id ? ["setpriv", $"--reuid={id}", $"--regid={id}", "--clear-groups", "--"] : [];
        string[] psql = [PostgresInstallation.ClientProgram("psql"), "-X", "-q", "-A", "-t", "-h", host ?? Pgmux.Folder, "-U", user, "-c", "SELECT current_user"];
        return new ToolRunner(Pgmux).RunAsync([.. become, .. psql]);
    }
}
