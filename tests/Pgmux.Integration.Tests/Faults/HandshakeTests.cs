using System.Text;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>What a client may do wrong, or unusually, before it has logged in. PostgreSQL's version plays no part here.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class HandshakeTests(int postgres) : HandshakeFixture(postgres)
{
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
}
