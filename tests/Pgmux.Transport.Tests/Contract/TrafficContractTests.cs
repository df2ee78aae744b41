using System.Buffers;
using System.Security.Cryptography;

namespace Pgmux.Transport.Tests.Contract;

public sealed class TrafficContractTests(RigKind kind) : ContractFixture(kind)
{
    [Test]
    public Task What_is_sent_comes_back() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var echo = server.EchoAsync();
        await client.Output.WriteAsync("hello"u8.ToArray());
        Assert.That(await client.Input.ReadExactlyAsync(5), Is.EqualTo("hello"u8.ToArray()));
        client.Close();
        await echo;
    });

    [Test]
    public Task A_message_may_be_cut_anywhere() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var echo = server.EchoAsync();
        var message = TestBytes.Create(100, seed: 4);
        for (var cut = 0; cut <= message.Length; cut++)
        {
            client.Output.Write(message.AsSpan(0, cut));
            await client.Output.FlushAsync();
            await Rig.SettleAsync();
            client.Output.Write(message.AsSpan(cut));
            await client.Output.FlushAsync();
            Assert.That(await client.Input.ReadExactlyAsync(message.Length), Is.EqualTo(message));
        }

        client.Close();
        await echo;
    });

    [Test]
    public Task Every_size_around_a_buffer_comes_through(
        [Values(1, 511, 512, 513, 4_095, 4_096, 4_097, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 262_145)] int length) =>
        Rig.RunAsync(async () =>
        {
            var (client, server) = await Rig.ConnectAsync();
            var echo = server.EchoAsync();
            var message = TestBytes.Create(length, length);
            for (var round = 0; round < 3; round++)
            {
                client.Output.Write(message);
                var flush = client.Output.FlushAsync().AsTask();
                Assert.That((await client.Input.ReadExactlyAsync(length)).AsSpan().SequenceEqual(message), Is.True);
                await flush;
            }

            client.Close();
            await echo;
            await Rig.UntilBuffersAreBackAsync();
        });

    [Test]
    public Task Random_traffic_on_many_connections_keeps_every_byte() => Rig.RunAsync(async () =>
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(StreamAsync));
        await Rig.UntilBuffersAreBackAsync();
    });

    private async Task StreamAsync(int seed)
    {
        const int Length = 1_000_000;
        var (client, server) = await Rig.ConnectAsync();
        var echo = server.EchoAsync();
        var sending = SendAsync(client, new Random(seed), Length);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var random = new Random(~seed);
        for (var received = 0; received < Length;)
        {
            var result = await client.Input.ReadAsync();
            var take = random.Next(1, (int)result.Buffer.Length + 1);
            hash.AppendData(result.Buffer.FirstSpan[..take]);
            var consumed = result.Buffer.GetPosition(take);
            var isMoreOwed = received + result.Buffer.Length < Length;
            client.Input.AdvanceTo(consumed, isMoreOwed && take % 2 == 0 ? result.Buffer.End : consumed);
            received += take;
        }

        Assert.That(hash.GetCurrentHash(), Is.EqualTo(await sending));
        client.Close();
        await echo;
    }

    private static async Task<byte[]> SendAsync(TransportConnection connection, Random random, int length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var sent = 0; sent < length;)
        {
            var piece = new byte[Math.Min(length - sent, random.Next(1, random.Next(2, 50_000)))];
            random.NextBytes(piece);
            hash.AppendData(piece);
            connection.Output.Write(piece);
            sent += piece.Length;
            if (random.Next(3) == 0 || sent == length)
            {
                await connection.Output.FlushAsync();
            }
        }

        return hash.GetCurrentHash();
    }
}
