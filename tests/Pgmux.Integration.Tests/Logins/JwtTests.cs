using System.Text.Json.Nodes;
using Npgsql;
using Pgmux.Testing.OAuth;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>The method jwt with real drivers: Npgsql, which shows its token as a password, and bytes as libpq 18 sends them.</summary>
[OnPostgres]
internal sealed class JwtTests(int postgres) : PgmuxFixture(postgres)
{
    private const string Options = "issuer=" + TestIssuer.Name + " audience=" + TestIssuer.Audience + " jwks=keys.json";
    private const string Refused = "OAuth bearer authentication failed for user \"app_scram\"";

    [TestCase("RS256")]
    [TestCase("PS512")]
    [TestCase("ES256")]
    [TestCase("ES384")]
    [TestCase("ES512")]
    public async Task Npgsql_logs_in_with_a_token_for_a_password(string algorithm)
    {
        await StartFreshAsync(Settings($"{Options} via=password", TestIssuer.Known));
        var right = await LogInAsync(PostgresRole.Scram with { Password = TestIssuer.Known.Sign(Claims(), algorithm) });
        var foreign = await LogInAsync(PostgresRole.Scram with { Password = TestIssuer.Other.Sign(Claims(), algorithm) });
        var password = await LogInAsync(PostgresRole.Scram);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(right?.MessageText, Is.Null);
            Assert.That((foreign?.SqlState, foreign?.MessageText), Is.EqualTo(("28000", Refused)));
            Assert.That((password?.SqlState, password?.MessageText), Is.EqualTo(("28000", Refused)));
        }
    }

    [Test]
    public async Task A_map_and_another_claim_say_who_the_user_is()
    {
        await StartFreshAsync(Settings($"{Options} via=password claim=email scope=db map=mail", TestIssuer.Known) with { Ident = "mail /^(.*)@example\\.net$ app_\\1\n" });
        var claims = Claims();
        claims["email"] = "scram@example.net";
        Assert.That((await LogInAsync(PostgresRole.Scram with { Password = TestIssuer.Known.Sign(claims) }))?.MessageText, Is.EqualTo(Refused), "no scope");
        claims["scope"] = "openid db";
        Assert.That(await LogInAsync(PostgresRole.Scram with { Password = TestIssuer.Known.Sign(claims) }), Is.Null);
        Assert.That((await LogInAsync(PostgresRole.Plain with { Password = TestIssuer.Known.Sign(claims) }))?.SqlState, Is.EqualTo("28000"));
        await Pgmux.WaitForLogAsync("claim email \"scram@example.net\" is not mapped to the user by ident map mail");
    }

    [Test]
    public async Task A_client_of_PostgreSQL_18_asks_where_tokens_are_to_be_had_and_comes_again_with_one()
    {
        await StartFreshAsync(Settings($"{Options} scope=\"openid db\"", TestIssuer.Known));
        await using (var asking = await BeginAsync())
        {
            await asking.SendAsync(RawOAuth.Show(""));
            var (code, data) = RawOAuth.Read((await asking.ReadAsync())!);
            Assert.That(
                (code, JsonNode.Parse(data)!.ToJsonString()),
                Is.EqualTo((11, "{\"status\":\"invalid_token\",\"openid-configuration\":\"https://issuer.example.net/.well-known/openid-configuration\",\"scope\":\"openid db\"}")));
            await asking.SendAsync(RawOAuth.ErrorAnswer);
            var error = (await asking.ReadToEndAsync()).Single();
            Assert.That((error.Type, error.SqlState, error.Message), Is.EqualTo(('E', "28000", Refused)));
        }

        var claims = Claims();
        claims["scope"] = "db openid";
        await using var client = await BeginAsync();
        await client.SendAsync(RawOAuth.Show(TestIssuer.Known.Sign(claims)));
        await client.FinishLoginAsync();
        Assert.That(await client.ScalarAsync("SELECT current_user"), Is.EqualTo("app_scram"));
        Assert.That(Pgmux.Log.Lines, Has.None.Contains("WARNING"));
    }

    [Test]
    public async Task A_reload_takes_the_issuers_new_keys()
    {
        await StartFreshAsync(Settings($"{Options} via=password", TestIssuer.Known));
        var token = TestIssuer.Other.Sign(Claims());
        Assert.That((await LogInAsync(PostgresRole.Scram with { Password = token }))?.MessageText, Is.EqualTo(Refused));

        Pgmux.Write(Settings($"{Options} via=password", TestIssuer.Known) with { MoreFiles = new Dictionary<string, string> { ["keys.json"] = "{\"keys\": []}" } });
        Pgmux.Signal(UnixSignal.Hangup);
        await Pgmux.WaitForLogAsync("jwks file \".*keys.json\" has no key by which signatures can be checked");
        await Pgmux.WaitForLogAsync("the old configuration stays");
        Assert.That(await LogInAsync(PostgresRole.Scram with { Password = TestIssuer.Known.Sign(Claims()) }), Is.Null);

        var mark = Pgmux.Log.Count;
        Pgmux.Write(Settings($"{Options} via=password", TestIssuer.Other));
        await using (var console = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "admin", "pgbouncer"))
        {
            await console.QueryAsync("RELOAD");
        }

        Assert.That(await LogInAsync(PostgresRole.Scram with { Password = token }), Is.Null);
        Assert.That(string.Join('\n', Pgmux.Log.Lines.Skip(mark)), Does.Not.Contain(token));
    }

    private static JsonObject Claims() => TestIssuer.ClaimsOf("app_scram", DateTimeOffset.UtcNow);

    private PgmuxSettings Settings(string options, TestIssuer issuer) => PgmuxSettings.For(Cluster) with
    {
        Hba = $"host pgbouncer admin all trust\nhost all all all jwt {options}\n",
        MoreFiles = new Dictionary<string, string> { ["keys.json"] = issuer.Jwks },
    };

    private async Task<RawClient> BeginAsync()
    {
        var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(("user", "app_scram"), ("database", PostgresCluster.Database)));
        Assert.That(RawOAuth.Read((await client.ReadAsync())!), Is.EqualTo((10, "OAUTHBEARER\0\0")));
        return client;
    }
}
