using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>
/// Many clients that ask for texts of their own, over loops whose buffers are overwritten when they come back and are used again in an order
/// that the seed decides: a byte of another client, or of a buffer that was returned too early, shows in some answer.
/// </summary>
[TestFixture]
internal sealed class EchoOracleTests
{
    private const int Clients = 12;
    private const int Steps = 80;

    [Test, Property("Row", "N01"), Property("Row", "B60")]
    public void Every_answer_is_the_one_that_its_client_has_asked_for([Range(1, 5)] int seed)
    {
        using var mux = TestMux.StartSliced(seed, ("default_pool_size", "3"));
        var random = new Random(seed);
        var clients = Enumerable.Range(0, Clients).Select(i => mux.Login(i % 2 == 0 ? "alice" : "bob")).ToArray();
        Array.ForEach(clients, client => client.Take());
        var expected = clients.Select(_ => new List<string>()).ToArray();
        for (var step = 0; step < Steps; step++)
        {
            // Several have something on its way at once.
            for (var i = 0; i < Clients; i++)
            {
                if (random.Next(3) == 0)
                {
                    clients[i].Write(Ask($"{i}.{step}.{new string((char)('a' + i), LengthOf(random))}", random, expected[i]));
                }
            }

            mux.Network.RunUntilIdle();
            if (random.Next(20) == 0)
            {
                var i = random.Next(Clients);
                clients[i].Reset();
                clients[i] = mux.Login();
                clients[i].Take();
                expected[i].Clear();
            }

            for (var i = 0; i < Clients; i++)
            {
                Assert.That(clients[i].TakeAll().SequenceEqual(expected[i]), Is.True, $"client {i} at step {step}");
                expected[i].Clear();
            }
        }
    }

    // Across the sizes of buffers: 512 bytes, 4 KiB, 16 KiB and 64 KiB.
    private static int LengthOf(Random random) => random.Next(random.GetItems([10, 600, 5_000, 20_000, 80_000], 1)[0]);

    private static byte[] Ask(string text, Random random, List<string> expected)
    {
        if (random.Next(2) == 0)
        {
            expected.AddRange(["T", $"D({text})", "C(SELECT 1)", "Z(I)"]);
            return RawMessages.Query($"SELECT {text}");
        }

        // The text travels in Bind, whose head may be rewritten.
        var number = random.Next(5);
        expected.AddRange(["1", "2", $"D({text} {number})", "C(SELECT 1)", "3", "Z(I)"]);
        var name = random.Next(2) == 0 ? "" : "s";
        return
        [
            .. RawMessages.Parse($"SELECT $1 {number}", name), .. RawMessages.Bind(name, text), .. RawMessages.Execute(),
            .. RawMessages.CloseStatement(name), .. RawMessages.Sync(),
        ];
    }
}
