using Pgmux.Testing.Chaos;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>
/// Many small messages, and large ones, pass in few pieces. Time is not measured, because it depends on who else uses the machine:
/// the proxy's sockets tell in how many segments the bytes have come from pgmux. Each message sent alone would be one at least.
/// </summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class NetworkThroughputTests(int postgres) : NetworkFixture(postgres)
{
    [Test, Property("Row", "B116")]
    public async Task Small_rows_of_a_COPY_travel_together()
    {
        const int Rows = 300_000;
        await StartAsync(("default_pool_size", "1"));
        var (client, clientLink) = await LoginThroughProxyAsync();
        await client.QueryAsync("CREATE TABLE IF NOT EXISTS b116 (t text); TRUNCATE b116");
        var serverLink = await LinkOfAsync(client);
        var toServer = serverLink.SegmentsReceived(FlowDirection.ToServer);
        await client.SendAsync(RawMessages.Query("COPY b116 FROM STDIN"));
        await client.ReadThroughAsync('G');
        var row = RawMessages.CopyData($"{new string('x', 59)}\n");
        await client.SendAsync([.. Enumerable.Repeat(row, Rows).SelectMany(bytes => bytes), .. RawMessages.CopyDone()]);
        Assert.That((await client.ReadToReadyAsync())[0].Tag, Is.EqualTo($"COPY {Rows}"));
        toServer = serverLink.SegmentsReceived(FlowDirection.ToServer) - toServer;

        // pgmux is what the proxy on the clients' side takes for the server.
        var toClient = clientLink.SegmentsReceived(FlowDirection.ToClient);
        await client.SendAsync(RawMessages.Query("COPY b116 TO STDOUT"));
        var answer = await client.ReadToReadyAsync();
        toClient = clientLink.SegmentsReceived(FlowDirection.ToClient) - toClient;

        await TestContext.Out.WriteLineAsync($"{Rows} rows in {toServer} segments to the server and {toClient} to the client");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Count(message => message.Type == 'd'), Is.EqualTo(Rows));
            Assert.That(toServer, Is.LessThan(Rows / 50));
            Assert.That(toClient, Is.LessThan(Rows / 50));
        }

        await client.QueryAsync("DROP TABLE b116");
        await client.DisposeAsync();
    }

    [Test, Property("Row", "B171")]
    public async Task Large_rows_travel_in_large_pieces()
    {
        const int Rows = 400;
        const int RowBytes = 50_000;
        await StartAsync(("default_pool_size", "1"));
        var (client, link) = await LoginThroughProxyAsync();
        await client.ScalarAsync("SELECT 1");
        var segments = link.SegmentsReceived(FlowDirection.ToClient);

        await client.SendAsync(RawMessages.Query($"SELECT repeat('x', {RowBytes}) FROM generate_series(1, {Rows})"));
        var answer = await client.ReadToReadyAsync();
        segments = link.SegmentsReceived(FlowDirection.ToClient) - segments;

        await TestContext.Out.WriteLineAsync($"{Rows} rows of {RowBytes} bytes in {segments} segments");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Where(message => message.Type == 'D').Sum(message => message.Columns()[0]!.Length), Is.EqualTo(Rows * RowBytes));
            // PostgreSQL itself sends 8 KiB at a time, which would be seven for each row.
            Assert.That(segments, Is.LessThan(Rows * 14));
        }

        await client.DisposeAsync();
    }
}
