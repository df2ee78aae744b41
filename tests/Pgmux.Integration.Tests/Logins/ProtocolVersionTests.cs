using System.Globalization;
using System.Net;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Versions of the protocol up to 3.2 with clients and servers, beside what PostgreSQL 18 itself answers to the same bytes.</summary>
[OnPostgres]
internal sealed class ProtocolVersionTests(int postgres) : PgmuxFixture(postgres)
{
    /// <summary>The first version that speaks 3.2.</summary>
    private const int Newest = 18;

    private const int Protocol30 = 3 << 16;
    private const int Protocol32 = Protocol30 | 2;
    private const string LongQuery = "SELECT pg_sleep(600)";

    [Test, Property("Row", "B130"), Property("Row", "H10")]
    public async Task A_login_of_any_version_and_with_any_options_is_answered_byte_by_byte_as_PostgreSQL_18_does()
    {
        await StartAsync();
        var direct = await PostgresClusters.GetAsync(Newest);
        string[][] optionLists = [[], ["_pq_.test_protocol_negotiation"], ["_pq_.b", "_pq_.a", "_pq_.b"], ["_pq_."]];
        foreach (var minor in new[] { 0, 1, 2, 3, 9999, 65535 })
        {
            foreach (var options in optionLists)
            {
                var packet = RawMessages.Startup(
                    Protocol30 | minor,
                    [.. options.Select(option => (option, "1")), ("user", PostgresRole.App.Name), ("database", PostgresCluster.Database)]);
                var expected = await DescribeLoginAsync(direct.UnixEndPoint, packet);
                var actual = await DescribeLoginAsync(Pgmux.UnixEndPoint, packet);
                Assert.That(actual, Is.EqualTo(expected), $"3.{minor} {string.Join(' ', options)}");
            }
        }
    }

    [TestCase(4), TestCase(1234)]
    [Property("Row", "H09")]
    public async Task Another_major_version_is_refused_as_by_PostgreSQL_18(int major)
    {
        await StartAsync();
        var direct = await PostgresClusters.GetAsync(Newest);
        var packet = RawMessages.Startup(major << 16, ("user", PostgresRole.App.Name), ("database", PostgresCluster.Database));
        foreach (var endPoint in new[] { direct.UnixEndPoint, Pgmux.UnixEndPoint })
        {
            await using var client = await RawClient.ConnectAsync(endPoint);
            await client.SendAsync(packet);
            var error = (await client.ReadToEndAsync()).Single();
            Assert.That(error.SqlState, Is.EqualTo("0A000"));
            Assert.That(error.Message, Is.EqualTo($"unsupported frontend protocol {major}.0: server supports 3.0 to 3.2"));
        }
    }

    [TestCase("3.0", 0, "transaction")]
    [TestCase("3.0", 2, "session")]
    [TestCase("3.2", 0, "session")]
    [TestCase("3.2", 2, "transaction")]
    [TestCase("latest", 9999, "session")]
    [Property("Row", "B130"), Property("Row", "X01")]
    public async Task Queries_are_cancelled_whatever_either_side_speaks(string server, int minor, string mode)
    {
        await StartAsync(("server_max_protocol_version", server), ("pool_mode", mode), ("default_pool_size", "1"));
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(Protocol30 | minor, ("user", PostgresRole.App.Name), ("database", PostgresCluster.Database)));
        await client.FinishLoginAsync();
        Assert.That(client.CancelKey.Key, Has.Length.EqualTo(minor < 2 ? 4 : 32));

        await client.SendAsync(RawMessages.Query(LongQuery));
        await Cluster.WaitForBackendsAsync($"state = 'active' AND query LIKE '{LongQuery}%'", 1);
        var wrong = client.CancelKey.Key.ToArray();
        wrong[^1] ^= 1;
        await CancelAsync(client.CancelKey.ProcessId, wrong);
        await Cluster.WaitForBackendsAsync($"state = 'active' AND query LIKE '{LongQuery}%'", 1);
        await CancelAsync(client.CancelKey.ProcessId, client.CancelKey.Key);

        Assert.That((await client.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
        Assert.That(await client.ScalarAsync("SELECT 1"), Is.EqualTo("1"));
    }

    [Test, Property("Row", "B130")]
    public async Task Through_two_of_them_with_3_2_between_a_query_is_cancelled()
    {
        await StartAsync(("pool_mode", "session"));
        await using var outer = await PgmuxProcess.StartAsync(PgmuxSettings.For(Cluster, ("pool_mode", "transaction")) with
        {
            Databases = new Dictionary<string, string>
            {
                ["app"] = string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={Pgmux.Port} server_max_protocol_version=3.2 server_tls_sslmode=disable"),
            },
        });
        await using var client = await RawClient.ConnectAsync(outer.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(Protocol32, ("user", PostgresRole.App.Name), ("database", PostgresCluster.Database)));
        await client.FinishLoginAsync();

        await client.SendAsync(RawMessages.Query(LongQuery));
        await Cluster.WaitForBackendsAsync($"state = 'active' AND query LIKE '{LongQuery}%'", 1);
        await using (var cancel = await RawClient.ConnectAsync(outer.TcpEndPoint))
        {
            await cancel.SendAsync(RawMessages.CancelRequest(client.CancelKey.ProcessId, client.CancelKey.Key));
            Assert.That(await cancel.ReadToEndAsync(), Is.Empty);
        }

        Assert.That((await client.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
    }

    /// <summary>What comes up to ReadyForQuery: NegotiateProtocolVersion byte by byte, the length of the key, of the rest the order.</summary>
    private static async Task<string> DescribeLoginAsync(EndPoint endPoint, byte[] packet)
    {
        await using var client = await RawClient.ConnectAsync(endPoint);
        await client.SendAsync(packet);
        var words = (await client.ReadToReadyAsync()).Select(message => message.Type switch
        {
            'v' or 'R' => $"{message.Type}{Convert.ToHexString(message.Body)}",
            'K' => $"K{message.Body.Length}",
            _ => $"{message.Type}",
        });
        return string.Join(' ', words.Aggregate(new List<string>(), (list, word) =>
        {
            if (list.Count == 0 || list[^1] != word || word != "S")
            {
                list.Add(word);
            }

            return list;
        }));
    }

    private async Task CancelAsync(int processId, byte[] key)
    {
        await using var cancel = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await cancel.SendAsync(RawMessages.CancelRequest(processId, key));
        Assert.That(await cancel.ReadToEndAsync(), Is.Empty);
    }
}
