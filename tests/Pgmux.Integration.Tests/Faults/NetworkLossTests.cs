using Pgmux.Testing.Chaos;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>
/// A network that loses one packet in twenty on both sides of pgmux: the proxies' own sockets drop that share of what arrives, so
/// TCP has to send it again, with the delays that this brings.
/// </summary>
// The network fails alike for every version.
[TestFixture(PostgresVersions.Newest)]
internal sealed class NetworkLossTests(int postgres) : NetworkFixture(postgres)
{
    private const double Share = 0.05;
    private const int Clients = 6;

    [Test, Property("Row", "S09")]
    public async Task Lost_packets_cost_time_and_nothing_else()
    {
        await StartAsync(("default_pool_size", "3"));
        var clients = new List<RawClient>();
        for (var n = 0; n < Clients; n++)
        {
            clients.Add((await LoginThroughProxyAsync()).Client);
        }

        await Task.WhenAll(clients.Select(client => client.ScalarAsync("SELECT pg_sleep(0.05)")));
        foreach (var link in ServerSide.Links.Concat(ClientSide.Links))
        {
            link.LosePackets(Share);
        }

        await Task.WhenAll(clients.Select((client, number) => TalkAsync(client, number)));

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Test, Property("Row", "S09")]
    public async Task Delays_and_pieces_of_any_size_cost_time_and_nothing_else()
    {
        await StartAsync(("default_pool_size", "3"));
        foreach (var direction in Enum.GetValues<FlowDirection>())
        {
            ServerSide.Apply(direction, new FlowToxics { Jitter = TimeSpan.FromMilliseconds(10), SliceBytes = 113 });
            ClientSide.Apply(direction, new FlowToxics { Jitter = TimeSpan.FromMilliseconds(10), SliceBytes = 7 });
        }

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async number =>
        {
            var (client, _) = await LoginThroughProxyAsync();
            await TalkAsync(client, number);
            await client.DisposeAsync();
        }));
    }

    /// <summary>Queries, a pipeline, a result and a COPY of some size, each with what only this client can get.</summary>
    private static async Task TalkAsync(RawClient client, int number)
    {
        for (var round = 0; round < 5; round++)
        {
            var nonce = $"client {number} round {round}";
            Assert.That(await client.ScalarAsync($"SELECT '{nonce}'"), Is.EqualTo(nonce));
            await client.SendAsync(RawMessages.Parse("SELECT $1::text"), RawMessages.Bind("", nonce), RawMessages.Execute(), RawMessages.Sync(), RawMessages.Query($"SELECT '{nonce}!'"));
            Assert.That((await client.ReadToReadyAsync()).Single(message => message.Type == 'D').Columns()[0], Is.EqualTo(nonce));
            Assert.That((await client.ReadToReadyAsync()).Single(message => message.Type == 'D').Columns()[0], Is.EqualTo($"{nonce}!"));
        }

        var rows = (await client.QueryAsync($"SELECT '{number}' || repeat('x', 1000) FROM generate_series(1, 30)")).Where(message => message.Type == 'D');
        Assert.That(rows.Select(row => row.Columns()[0]), Is.EqualTo(Enumerable.Repeat($"{number}{new string('x', 1000)}", 30)));
        await client.SendAsync(RawMessages.Query($"BEGIN; CREATE TEMP TABLE s09 (n int, t text) ON COMMIT DROP; COPY s09 FROM STDIN; SELECT count(*) || ' by {number}' FROM s09; COMMIT"));
        await client.ReadThroughAsync('G');
        await client.SendAsync([.. Enumerable.Range(0, 100).Select(n => RawMessages.CopyData($"{n}\t{new string('y', 100)}\n")), RawMessages.CopyDone()]);
        Assert.That((await client.ReadToReadyAsync()).Single(message => message.Type == 'D').Columns()[0], Is.EqualTo($"100 by {number}"));
    }
}
