using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>Names of users and databases at and beyond PostgreSQL's 63 bytes, with databases that are made up as they are asked for.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class LongNameTests(int postgres) : PgmuxFixture(postgres)
{
    private static readonly int[] Lengths = [63, 64, 127, 128, 9_900];

    private static IEnumerable<TestCaseData<byte[], byte[]>> Names()
    {
        foreach (var length in Lengths)
        {
            byte[] name = [.. Enumerable.Repeat((byte)'n', length)];
            yield return new TestCaseData<byte[], byte[]>("app"u8.ToArray(), name).SetArgDisplayNames("a database", $"{length} bytes");
            yield return new TestCaseData<byte[], byte[]>(name, "app"u8.ToArray()).SetArgDisplayNames("a user", $"{length} bytes");
        }

        byte[][] odd = ["\"app\""u8.ToArray(), "app'; --"u8.ToArray(), [0xff, 0xfe, 0x80], "a\u00e9\n"u8.ToArray(), " "u8.ToArray(), "%s%n"u8.ToArray()];
        foreach (var name in odd)
        {
            yield return new TestCaseData<byte[], byte[]>("app"u8.ToArray(), name).SetArgDisplayNames("a database", Convert.ToHexString(name));
            yield return new TestCaseData<byte[], byte[]>(name, name).SetArgDisplayNames("both", Convert.ToHexString(name));
        }
    }

    [TestCaseSource(nameof(Names)), Property("Row", "C13")]
    public async Task A_name_that_nobody_has_costs_only_its_own_login(byte[] user, byte[] database)
    {
        await StartAsync();
        await using var canary = await Canary.StartAsync(Pgmux, PostgresRole.Superuser.Name, "app");
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await client.SendAsync(RawMessages.StartupPacket(RawMessages.Protocol30, [.. "user\0"u8, .. user, 0, .. "database\0"u8, .. database, 0, 0]));
        var messages = await client.ReadToEndAsync();

        Assert.That(messages.Select(message => (message.Type, message.Severity)), Is.EqualTo(new[] { ('E', "FATAL") }), string.Join(' ', messages));
        await canary.StopAsync();
    }

    [Test, Property("Row", "C13")]
    public async Task A_database_whose_name_has_63_bytes_is_served()
    {
        var name = new string('d', 63);
        await Cluster.ExecuteAsync($"DROP DATABASE IF EXISTS {name}", "postgres");
        await Cluster.ExecuteAsync($"CREATE DATABASE {name} OWNER app", "postgres");
        await StartAsync();
        await using var client = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "app", name);

        Assert.That(await client.ScalarAsync("SELECT current_database()"), Is.EqualTo(name));
    }
}
