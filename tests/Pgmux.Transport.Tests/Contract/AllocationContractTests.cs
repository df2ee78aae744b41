namespace Pgmux.Transport.Tests.Contract;

public sealed class AllocationContractTests(RigKind kind) : ContractFixture(kind)
{
    [Test, Property("Row", "N11")]
    public Task A_round_trip_allocates_nothing() => Rig.RunAsync(async () =>
    {
        const int Rounds = 5_000;
        const int Measurements = 5;

        // The state machine of the method that is measured and what tiered compilation does meanwhile; far below a byte per round.
        const int Bound = Rounds / 10;
        var (client, server) = await Rig.ConnectAsync();
        var echo = server.EchoAsync();
        for (var warmUp = 0; warmUp < 3; warmUp++)
        {
            await RoundTripsAsync(client, Rounds);
        }

        // The runtime pools the state machines of SslStream by thread and by processor, so a thread that is moved to another
        // processor meanwhile fills that one's pool. What a round trip allocates itself it allocates in every measurement.
        var least = long.MaxValue;
        for (var measurement = 0; measurement < Measurements && least >= Bound; measurement++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            await RoundTripsAsync(client, Rounds);
            least = long.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.LessThan(Bound));
        client.Close();
        await echo;
    });

    private static async Task RoundTripsAsync(TransportConnection client, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            "SELECT 1"u8.CopyTo(client.Output.GetSpan(8));
            client.Output.Advance(8);
            await client.Output.FlushAsync();
            for (var received = 0; received < 8;)
            {
                var result = await client.Input.ReadAsync();
                received += (int)result.Buffer.Length;
                client.Input.AdvanceTo(result.Buffer.End);
            }
        }
    }
}
