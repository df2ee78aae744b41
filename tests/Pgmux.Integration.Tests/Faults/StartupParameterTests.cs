using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>What a client says of itself in its startup packet: names, parameters, options. PostgreSQL's version plays no part here.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class StartupParameterTests(int postgres) : HandshakeFixture(postgres)
{
    [Test, Property("Row", "H06")]
    public async Task A_login_without_a_user_is_refused()
    {
        await StartAsync();

        var error = await RefusalAsync(RawMessages.Startup(("database", "app")));

        AssertFatal(error, "28000", "no username supplied");
    }

    [Test, Property("Row", "H07")]
    public async Task A_login_without_a_database_goes_to_the_database_named_like_the_user()
    {
        await StartAsync();
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await client.SendAsync(RawMessages.Startup(("user", "app")));
        await client.FinishLoginAsync();

        Assert.That(await client.ScalarAsync("SELECT current_database()"), Is.EqualTo("app"));
    }

    [TestCase(64)]
    [TestCase(200)]
    [TestCase(9_900)]
    [Property("Row", "H08")]
    public async Task A_user_name_that_nobody_has_is_refused_whatever_its_length(int length)
    {
        await StartAsync();

        var error = await RefusalAsync(RawMessages.Startup(("user", new string('u', length)), ("database", "app")));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Severity, Is.EqualTo("FATAL"));
            Assert.That(error.Message, length > 127 ? Does.Contain("username too long") : Does.Contain("authentication failed"));
        }
    }

    [Test, Property("Row", "H08")]
    public async Task Line_breaks_and_escapes_in_names_stay_within_their_log_line()
    {
        await StartAsync();
        await using var console = await ConsoleAsync();

        var error = await RefusalAsync([.. RawMessages.Startup(("user", "app\nFATAL forged\u001b[31m"), ("database", "\"app\"\r\nFATAL forged"))]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Severity, Is.EqualTo("FATAL"));
            Assert.That(Pgmux.Log.Lines, Has.None.StartsWith("FATAL forged"));
            Assert.That(Pgmux.Log.Lines, Has.None.Contains("\u001b"));
        }
    }

    [Test, Property("Row", "H08")]
    public async Task Names_that_are_no_UTF8_harm_nobody()
    {
        await StartAsync();
        byte[] body = [.. "user\0"u8, 0xff, 0xfe, 0, .. "database\0"u8, 0xc3, 0x28, 0, 0];

        var error = await RefusalAsync(RawMessages.StartupPacket(RawMessages.Protocol30, body));

        Assert.That(error.Severity, Is.EqualTo("FATAL"));
        await AssertServesAsync();
    }

    [Test, Property("Row", "H14")]
    [Property("Text", "T86")]
    public async Task An_unknown_startup_parameter_is_refused_by_name()
    {
        await StartAsync();

        var error = await RefusalAsync(RawMessages.Startup([.. AppLogin, ("frobnicate", "1")]));

        AssertFatal(error, "42704", "unsupported startup parameter: frobnicate");
    }

    [Test, Property("Row", "H14")]
    public async Task An_unknown_startup_parameter_that_the_operator_ignores_is_let_through()
    {
        await StartAsync(("ignore_startup_parameters", "extra_float_digits, frobnicate"));

        await using var client = await LoginAsync(parameters: [("frobnicate", "1"), ("extra_float_digits", "3")]);

        Assert.That(await client.ScalarAsync("SELECT 1"), Is.EqualTo("1"));
    }

    [TestCase("geqo=off")]
    [TestCase("--single")]
    [TestCase("-c")]
    [TestCase("-B 64")]
    [TestCase("-c TimeZone")]
    [TestCase("-c TimeZone=UTC trailing")]
    [Property("Row", "H15")]
    [Property("Text", "T88")]
    public async Task Options_other_than_settings_are_refused(string options)
    {
        await StartAsync();

        var error = await RefusalAsync(RawMessages.Startup([.. AppLogin, ("options", options)]));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Severity, Is.EqualTo("FATAL"));
            Assert.That(error.Message, Is.EqualTo("unsupported options startup parameter: only '-c config=val' and '--config=val' are allowed"));
        }
    }

    [Test, Property("Row", "H15")]
    [Property("Text", "T87")]
    public async Task Options_that_name_an_untracked_setting_are_refused_by_its_name()
    {
        await StartAsync();

        var error = await RefusalAsync(RawMessages.Startup([.. AppLogin, ("options", "-c work_mem=64MB")]));

        Assert.That(error.Message, Is.EqualTo("unsupported startup parameter in options: work_mem"));
    }

    [Test, Property("Row", "H15")]
    public async Task Options_of_64_KiB_close_the_connection()
    {
        await StartAsync();
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await client.TrySendAsync(RawMessages.Startup([.. AppLogin, ("options", $"-c TimeZone={new string('x', 65_536)}")]));

        await AssertOneFatalAtMostAsync(client);
    }

    [Test, Property("Row", "H16")]
    public async Task A_replication_login_of_no_kind_is_refused_clearly()
    {
        await StartAsync();

        var error = await RefusalAsync(RawMessages.Startup([.. AppLogin, ("replication", "maybe")]));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Severity, Is.EqualTo("FATAL"));
            Assert.That(error.Message, Is.EqualTo("invalid value for parameter \"replication\": \"maybe\""));
            Assert.That(error.SqlState, Is.EqualTo("22023"));
        }
    }

    [TestCase("false")]
    [TestCase("off")]
    [TestCase("0")]
    [Property("Row", "H16")]
    public async Task Replication_switched_off_is_an_ordinary_login(string value)
    {
        await StartAsync();

        await using var client = await LoginAsync(parameters: ("replication", value));

        Assert.That(await client.ScalarAsync("SELECT 1"), Is.EqualTo("1"));
    }
}
