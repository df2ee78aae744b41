using System.Buffers.Binary;
using System.Text;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>What a client may do wrong, or unusually, before it has logged in. PostgreSQL's version plays no part here.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class HandshakeTests(int postgres) : PgmuxFixture(postgres)
{
    private static readonly (string, string)[] AppLogin = [("user", "app"), ("database", "app")];

    private static IEnumerable<TestCaseData<byte[]>> Strangers()
    {
        yield return new TestCaseData<byte[]>("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray()).SetArgDisplayNames("HTTP");
        yield return new TestCaseData<byte[]>([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, .. new byte[300]]).SetArgDisplayNames("TLS ClientHello");
        yield return new TestCaseData<byte[]>("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray()).SetArgDisplayNames("SSH");
        yield return new TestCaseData<byte[]>("PROXY TCP4 192.0.2.1 192.0.2.2 40000 6432\r\n"u8.ToArray()).SetArgDisplayNames("PROXY");
        var random = new byte[1 << 20];
        new Random(7).NextBytes(random);
        yield return new TestCaseData<byte[]>(random).SetArgDisplayNames("random");
    }

    [Test, Property("Row", "H01")]
    public async Task A_connection_that_closes_without_a_word_leaves_no_line_in_the_log()
    {
        await StartAsync();
        await using var console = await ConsoleAsync();
        await Pgmux.WaitForLogAsync("login attempt: db=pgbouncer");
        var sockets = Pgmux.ReadCounters().Sockets;
        var mark = Pgmux.Log.Count;

        for (var n = 0; n < 20; n++)
        {
            await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        }

        // Fewer, when one of an earlier test was still on its way to its close.
        await Eventually.HoldsAsync(() => Task.FromResult(Pgmux.ReadCounters().Sockets <= sockets), "the sockets are closed");
        Assert.That(Pgmux.Log.Lines.Skip(mark), Is.Empty);
    }

    [Test, Property("Row", "H02")]
    [Property("Text", "T98")]
    public async Task A_silent_connection_is_closed_at_the_login_timeout()
    {
        await StartAsync(("client_login_timeout", "1"));
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        var messages = await client.ReadToEndAsync();

        Assert.That(messages.Select(message => message.Message), Is.EqualTo(new[] { "client_login_timeout" }));
    }

    [Test, Property("Row", "H03")]
    public async Task Bytes_that_trickle_in_do_not_extend_the_login_timeout()
    {
        await StartAsync(("client_login_timeout", "1"));
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        var startup = RawMessages.Startup([.. AppLogin, ("application_name", new string('x', 1000))]);
        var closed = client.ReadToEndAsync();

        // The trickle is the fault under test: a byte now and then, always before the timeout could pass anew.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var sent = 0;
        while (!closed.IsCompleted)
        {
            await client.TrySendAsync([startup[sent++]]);
            await timer.WaitForNextTickAsync();
        }

        Assert.That((await closed).Select(message => message.Message), Is.EqualTo(new[] { "client_login_timeout" }));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    [TestCase(7)]
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    [TestCase(16 * 1024 + 1)]
    [TestCase(int.MaxValue)]
    [Property("Row", "H04")]
    public async Task A_startup_packet_of_impossible_length_closes_the_connection(int length)
    {
        await StartAsync();
        await using var console = await ConsoleAsync();
        var before = Pgmux.ReadCounters().ResidentBytes;
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await client.TrySendAsync([.. RawMessages.Int32(length), .. RawMessages.Int32(RawMessages.Protocol30)]);

        await AssertOneFatalAtMostAsync(client);
        Assert.That(Pgmux.ReadCounters().ResidentBytes - before, Is.LessThan(16 << 20));
    }

    [TestCase("user\0app\0database\0app\0")]
    [TestCase("user\0app\0database\0")]
    [TestCase("user\0app\0database")]
    [TestCase("user\0app\0\0database\0app\0\0")]
    [TestCase("user\0app\0\0x")]
    [Property("Row", "H05")]
    public async Task A_startup_packet_without_its_terminator_is_refused(string body)
    {
        await StartAsync();

        var error = await RefusalAsync(RawMessages.StartupPacket(RawMessages.Protocol30, Encoding.ASCII.GetBytes(body)));

        AssertFatal(error, "08P01", "invalid startup packet layout: expected terminator as last byte");
    }

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

    [Test, Property("Row", "H09")]
    public async Task Protocol_2_is_refused()
    {
        await StartAsync();

        var error = await RefusalAsync(RawMessages.StartupPacket(2 << 16, new byte[288]));

        AssertFatal(error, "0A000", "old V2 protocol not supported");
    }

    [TestCase(4 << 16)]
    [TestCase((1234 << 16) | 9999)]
    [Property("Row", "H09")]
    public async Task A_protocol_of_the_future_is_refused(int protocol)
    {
        await StartAsync();

        var error = await RefusalAsync(RawMessages.Startup(protocol, AppLogin));

        AssertFatal(error, "0A000", $"unsupported frontend protocol {protocol >> 16}.{protocol & 0xffff}");
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(9999)]
    [Property("Row", "H10")]
    public async Task A_newer_minor_version_is_negotiated_once_and_the_login_goes_on(int minor)
    {
        await StartAsync();
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await client.SendAsync(RawMessages.Startup(RawMessages.Protocol30 + minor, [.. AppLogin, ("_pq_.first", "1"), ("_pq_.second", "on")]));
        var messages = await client.ReadToReadyAsync();

        var negotiations = messages.Where(message => message.Type == 'v').ToList();
        Assert.That(negotiations, Has.Count.EqualTo(1));
        var offer = negotiations[0].Body;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(BinaryPrimitives.ReadInt32BigEndian(offer) & 0xffff, Is.AtMost(Math.Min(minor, 2)));
            Assert.That(BinaryPrimitives.ReadInt32BigEndian(offer.AsSpan(4)), Is.EqualTo(2));
            Assert.That(Encoding.ASCII.GetString(offer.AsSpan(8)), Is.EqualTo("_pq_.first\0_pq_.second\0"));
            Assert.That(await client.ScalarAsync("SELECT 1"), Is.EqualTo("1"));
        }
    }

    [Test, Property("Row", "H10")]
    public async Task Protocol_3_0_without_options_is_not_negotiated()
    {
        await StartAsync();
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await client.SendAsync(RawMessages.Startup(AppLogin));

        Assert.That((await client.ReadToReadyAsync()).Select(message => message.Type), Has.None.EqualTo('v'));
    }

    [Test, Property("Row", "H11")]
    public async Task Encryption_is_refused_once_per_kind_and_a_repeated_request_ends_the_connection()
    {
        await StartAsync();
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await client.SendAsync(RawMessages.SslRequest());
        var ssl = await client.ReadByteAsync();
        await client.SendAsync(RawMessages.GssEncryptionRequest());
        var gss = await client.ReadByteAsync();
        await client.SendAsync(RawMessages.SslRequest());
        var rest = await client.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(ssl, Is.EqualTo('N'));
            Assert.That(gss, Is.EqualTo('N'));
            Assert.That(rest, Has.Count.EqualTo(1));
            Assert.That(rest[0].SqlState, Is.EqualTo("0A000"));
        }
    }

    [Test, Property("Row", "H11")]
    public async Task A_login_goes_on_in_clear_after_both_requests()
    {
        await StartAsync();
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.GssEncryptionRequest());
        var gss = await client.ReadByteAsync();
        await client.SendAsync(RawMessages.SslRequest());
        var ssl = await client.ReadByteAsync();
        await client.SendAsync(RawMessages.Startup(AppLogin));
        await client.FinishLoginAsync();

        Assert.That($"{gss}{ssl}{await client.ScalarAsync("SELECT 1")}", Is.EqualTo("NN1"));
    }

    [TestCaseSource(nameof(Strangers))]
    [Property("Row", "H13")]
    public async Task Another_protocols_greeting_is_cut_off(byte[] greeting)
    {
        await StartAsync();
        await using var console = await ConsoleAsync();
        var before = Pgmux.ReadCounters().ResidentBytes;
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await client.TrySendAsync(greeting);

        await AssertOneFatalAtMostAsync(client);
        Assert.That(Pgmux.ReadCounters().ResidentBytes - before, Is.LessThan(8 << 20));
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

    [Test, Property("Row", "H17")]
    public async Task A_second_startup_message_before_the_login_is_refused()
    {
        await StartAsync(("auth_type", "plain"));
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await client.SendAsync(RawMessages.Startup(AppLogin), RawMessages.Startup(AppLogin));
        var messages = await client.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages.Count(message => message.Type == 'E'), Is.EqualTo(1), string.Join(' ', messages));
            Assert.That(messages[^1].SqlState, Is.EqualTo("08P01"));
        }
    }

    [Test, Property("Row", "H17")]
    public async Task A_second_startup_message_after_the_login_is_an_unknown_message()
    {
        await StartAsync();
        await using var client = await LoginAsync();

        await client.SendAsync(RawMessages.Startup(AppLogin));
        var messages = await client.ReadToEndAsync();

        Assert.That(messages, Has.Count.EqualTo(1));
        AssertFatal(messages[0], "08P01", "");
    }

    [Test, Property("Row", "H18")]
    public async Task Thousands_of_logins_at_once_are_all_served()
    {
        const int Logins = 3000;
        const int AtOnce = 300;
        await StartAsync(("max_client_conn", "5000"), ("default_pool_size", "5"));
        await using var canary = await Canary.StartAsync(Pgmux, PostgresRole.Superuser.Name, "app");
        var served = 0;

        await Parallel.ForAsync(0, Logins, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (n, _) =>
        {
            await using var client = await LoginAsync();
            if (await client.ScalarAsync($"SELECT {n}") == $"{n}")
            {
                Interlocked.Increment(ref served);
            }
        });

        await canary.StopAsync();
        Assert.That(served, Is.EqualTo(Logins));
    }

    private static void AssertFatal(RawMessage error, string sqlState, string text)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Type, Is.EqualTo('E'));
            Assert.That(error.Severity, Is.EqualTo("FATAL"));
            Assert.That(error.SqlState, Is.EqualTo(sqlState));
            Assert.That(error.Message, Does.StartWith(text));
        }
    }

    /// <summary>The connection ends with one FATAL error or silently; everybody else is served.</summary>
    private async Task AssertOneFatalAtMostAsync(RawClient client)
    {
        var messages = await client.ReadToEndAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages, Has.Count.AtMost(1));
            Assert.That(messages.Select(message => message.Severity), Is.All.EqualTo("FATAL"));
        }

        await AssertServesAsync();
    }

    private async Task AssertServesAsync()
    {
        await using var other = await LoginAsync();
        Assert.That(await other.ScalarAsync("SELECT 'served'"), Is.EqualTo("served"));
    }

    /// <summary>Sends a startup packet; the only answer must be an error, then the end.</summary>
    private async Task<RawMessage> RefusalAsync(byte[] startup)
    {
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(startup);
        var messages = await client.ReadToEndAsync();
        Assert.That(messages.Count(message => message.Type == 'E'), Is.EqualTo(1), string.Join(' ', messages));
        return messages[^1];
    }
}
