using Npgsql;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>What a client is told when it may not come in.</summary>
[OnPostgres]
internal sealed class LoginFailureTests(int postgres) : PgmuxFixture(postgres)
{
    private static readonly PostgresRole Nobody = new("nobody_there", "anything", "");

    [TestCase("plain", "password authentication failed")]
    [TestCase("md5", "password authentication failed")]
    [TestCase("scram-sha-256", "SASL authentication failed")]
    [Property("Row", "A01"), Property("Row", "A02"), Property("Row", "B42")]
    [Property("Text", "T75"), Property("Text", "T76"), Property("Text", "T77")]
    public async Task A_wrong_password_and_an_unknown_user_get_the_same_answer(string method, string text)
    {
        await StartAsync(("auth_type", method));

        var wrong = await RefusalAsync(PostgresRole.Scram with { Password = "wrong" }, "app");
        var unknown = await RefusalAsync(Nobody, "app");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((wrong.Severity, wrong.SqlState, wrong.MessageText), Is.EqualTo(("FATAL", "28P01", text)));
            Assert.That((unknown.Severity, unknown.SqlState, unknown.MessageText), Is.EqualTo(("FATAL", "28P01", text)));
        }
    }

    [Test]
    [Property("Text", "T74")]
    public async Task An_unknown_user_is_not_trusted()
    {
        await StartAsync();

        var error = await RefusalAsync(Nobody, "app");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.MessageText, Is.EqualTo("\"trust\" authentication failed"));
            Assert.That(error.SqlState, Does.StartWith("28"));
        }
    }

    [TestCase("trust")]
    [TestCase("plain")]
    [TestCase("md5")]
    [TestCase("scram-sha-256")]
    [Property("Row", "A03"), Property("Row", "B216")]
    [Property("Text", "T80")]
    public async Task An_unknown_database_is_told_only_after_the_password(string method)
    {
        await StartAsync(PgmuxSettings.For(Cluster, ("auth_type", method)) with
        {
            Databases = new Dictionary<string, string> { ["app"] = $"host=127.0.0.1 port={Cluster.Port}" },
        });

        var right = await RefusalAsync(PostgresRole.Scram, "nowhere");
        Assert.That((right.Severity, right.SqlState, right.MessageText), Is.EqualTo(("FATAL", "3D000", "no such database: nowhere")));
        if (method != "trust")
        {
            var wrong = await RefusalAsync(PostgresRole.Scram with { Password = "wrong" }, "nowhere");
            Assert.That(wrong.MessageText, Does.Contain("authentication failed"));
        }
    }

    [Test, Property("Row", "A04")]
    public async Task An_empty_password_is_refused()
    {
        await StartAsync(("auth_type", "plain"));
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(("user", "app_plain"), ("database", "app")));
        await client.ReadAsync();

        await client.SendAsync(RawMessages.Password(""));
        var messages = await client.ReadToEndAsync();

        Assert.That(messages.Select(message => (message.Severity, message.SqlState)), Is.EqualTo(new[] { ("FATAL", "28P01") }));
    }

    [TestCase(1)]
    [TestCase(70_000)]
    [Property("Row", "A05")]
    public async Task A_password_message_of_nonsense_closes_the_connection(int length)
    {
        await StartAsync(("auth_type", "plain"));
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(("user", "app_plain"), ("database", "app")));
        await client.ReadAsync();
        var body = new byte[length];
        body.AsSpan().Fill((byte)'x');

        await client.TrySendAsync(RawMessages.Message('p', body));
        var messages = await client.ReadToEndAsync();

        Assert.That(messages.Where(message => message.Severity != "FATAL"), Is.Empty);
    }

    [Test, Property("Row", "A06")]
    public async Task A_query_in_place_of_the_password_is_refused()
    {
        await StartAsync(("auth_type", "plain"));
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(("user", "app_plain"), ("database", "app")));
        await client.ReadAsync();

        await client.SendAsync(RawMessages.Query("SELECT 1"));
        var messages = await client.ReadToEndAsync();

        Assert.That(messages.Select(message => (message.Type, message.Severity, message.SqlState)), Is.EqualTo(new[] { ('E', "FATAL", "08P01") }));
    }

    [Test, Property("Row", "B46"), Property("Row", "S15")]
    [Property("Text", "T24"), Property("Text", "T78")]
    public async Task A_password_that_the_server_refuses_is_tried_once_for_all_waiting_clients()
    {
        const int Clients = 10;
        await StartAsync(PgmuxSettings.For(Cluster) with
        {
            Secrets = new Dictionary<string, string> { ["app_scram"] = "not the password" },
        });
        var mark = Cluster.Log.Count;

        var errors = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => RefusalAsync(PostgresRole.Scram, "app")));

        await Cluster.Log.WaitForAsync("password authentication failed for user \"app_scram\"", mark);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(errors.Select(error => error.SqlState), Is.All.EqualTo("28P01"));
            Assert.That(errors.Select(error => error.MessageText), Is.All.Contains("password authentication failed for user \"app_scram\""));
            Assert.That(Cluster.Log.Lines.Skip(mark).Count(line => line.Contains("FATAL:  password authentication failed", StringComparison.Ordinal)), Is.AtMost(2));
        }
    }

    [Test, Property("Row", "B192")]
    [Property("Text", "T84")]
    public async Task A_database_that_the_server_does_not_have_is_told_in_the_servers_words()
    {
        await StartAsync();

        var error = await RefusalAsync(PostgresRole.App, "no_database_of_this_name");

        Assert.That((error.SqlState, error.MessageText), Is.EqualTo(("3D000", "database \"no_database_of_this_name\" does not exist")));
    }

    [Test, Property("Row", "I11"), Property("Row", "C16")]
    public async Task No_secret_stands_in_the_log_or_in_any_row_of_the_console()
    {
        await StartAsync(("auth_type", "plain"), ("verbose", "0"));
        await RefusalAsync(PostgresRole.Scram with { Password = "planted-wrong-secret" }, "app");
        await using (var connection = await Pgmux.ConnectAsync(PostgresRole.Scram))
        {
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync();
        }

        await using var console = await ConsoleAsync();
        var shown = new List<string>();
        foreach (var what in new[] { "CONFIG", "DATABASES", "POOLS", "CLIENTS", "SERVERS", "STATS", "LISTS", "VERSION" })
        {
            shown.AddRange((await console.ShowAsync(what)).SelectMany(row => row.Values));
        }

        foreach (var secret in new[] { "planted-wrong-secret", PostgresRole.Scram.Password, PostgresRole.Md5.Password, "admin-secret" })
        {
            Assert.That(shown.Concat(Pgmux.Log.Lines), Has.None.Contains(secret));
        }
    }

    /// <summary>Logs in, or at least asks something; it must be refused.</summary>
    private async Task<PostgresException> RefusalAsync(PostgresRole role, string database)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using var connection = await Pgmux.ConnectAsync(role, database);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync();
        });
        return error!;
    }
}
