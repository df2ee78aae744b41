using System.Globalization;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests;

/// <summary>
/// Several clients on fewer servers and two loops, every event in an order that a seed decides and every receive cut by it. Each
/// question carries a nonce, so a reply that crosses over is seen. A failing seed replays exactly.
/// </summary>
[TestFixture]
internal sealed class InterleavedClientsTests
{
    private const int Clients = 6;
    private const int Rounds = 40;

    [Test]
    [Property("Row", "B60")]
    [Property("Row", "B62")]
    public void Every_reply_answers_its_own_question([Range(1, 60)] int seed)
    {
        var random = new Random(seed);
        using var mux = TestMux.StartSliced(seed, ("default_pool_size", "2"));
        var sessions = Enumerable.Range(0, Clients).Select(n => new Session(mux.Login(), n)).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            sessions[random.Next(Clients)].Ask(random);
            if (random.Next(4) == 0)
            {
                mux.Network.RunUntilIdle();
            }
        }

        mux.Network.RunUntilIdle();
        foreach (var session in sessions)
        {
            Assert.That(session.Client.Take(), Is.EqualTo(session.Expected), $"seed {seed}, client {session.Number}");
        }
    }

    [Test]
    [Property("Row", "B64")]
    [Property("Row", "B95")]
    public void Clients_that_vanish_at_any_point_leave_nothing_to_the_others([Range(1, 60)] int seed)
    {
        var random = new Random(seed);
        using var mux = TestMux.StartSliced(seed, ("default_pool_size", "2"));
        var number = 0;
        var sessions = Enumerable.Range(0, Clients).Select(_ => new Session(mux.Login(), number++)).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            var chosen = random.Next(Clients);
            if (random.Next(5) == 0)
            {
                sessions[chosen].Vanish(random);
                sessions[chosen] = new Session(mux.Login(), number++);
            }
            else
            {
                sessions[chosen].Ask(random);
            }
        }

        mux.Network.RunUntilIdle();
        foreach (var session in sessions)
        {
            Assert.That(session.Client.Take(), Is.EqualTo(session.Expected), $"seed {seed}, client {session.Number}");
        }
    }

    private sealed class Session(FakeClient client, int number)
    {
        private readonly List<string> _expected = [];
        private int _asked;

        public FakeClient Client { get; } = client;

        public int Number { get; } = number;

        public string Expected => string.Join(' ', _expected);

        public void Ask(Random random)
        {
            var nonce = string.Create(CultureInfo.InvariantCulture, $"c{Number}n{_asked++}");
            switch (random.Next(4))
            {
                case 0:
                    Client.Write(RawMessages.Query($"SELECT {nonce}"));
                    _expected.Add($"T D({nonce}) C(SELECT 1) Z(I)");
                    break;
                case 1:
                    Client.Write([.. RawMessages.Query("BEGIN"), .. RawMessages.Query($"SELECT {nonce}"), .. RawMessages.Query("COMMIT")]);
                    _expected.Add($"C(BEGIN) Z(T) T D({nonce}) C(SELECT 1) Z(T) C(COMMIT) Z(I)");
                    break;
                case 2:
                    Client.Write(Extended(nonce));
                    _expected.Add($"1 2 T D({nonce}) C(SELECT 1) Z(I)");
                    break;
                default:
                    Client.Write([.. Extended(nonce), .. Extended(nonce + "b")]);
                    _expected.Add($"1 2 T D({nonce}) C(SELECT 1) Z(I) 1 2 T D({nonce}b) C(SELECT 1) Z(I)");
                    break;
            }
        }

        public void Vanish(Random random)
        {
            var request = random.Next(2) == 0 ? [.. RawMessages.Query("BEGIN"), .. RawMessages.Query("SELECT lost")] : Extended("lost");
            Client.Write(request.AsSpan(0, random.Next(request.Length + 1)));
            switch (random.Next(3))
            {
                case 0:
                    Client.Reset();
                    break;
                case 1:
                    Client.HalfClose();
                    Client.Close();
                    break;
                default:
                    Client.Close();
                    break;
            }
        }

        private static byte[] Extended(string nonce) =>
        [
            .. RawMessages.Parse($"SELECT {nonce}"),
            .. RawMessages.Bind(),
            .. RawMessages.DescribePortal(),
            .. RawMessages.Execute(),
            .. RawMessages.Sync(),
        ];
    }
}
