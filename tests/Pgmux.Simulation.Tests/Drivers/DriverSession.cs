using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>A client of the multiplexer, and beside it the same session with a PostgreSQL of its own, which says what must come.</summary>
internal sealed class DriverSession(FakeClient client, string name, Random random)
{
    private readonly DirectSession _direct = new();
    private readonly List<string> _expected = [];
    private readonly List<string> _sent = [];
    private byte[] _unsent = [];
    private DriverShapes? _shapes;
    private int _nonces;

    public DriverShapes Shapes => _shapes ??= new DriverShapes(random, () => $"{name}n{_nonces++}");

    /// <summary>Whether it is in no transaction and everything it has sent is answered with ReadyForQuery.</summary>
    public bool IsIdle => _direct is { Status: 'I', HasOpenExtendedQuery: false };

    /// <summary>Takes messages into what is to be sent.</summary>
    public void Say(IEnumerable<byte[]> messages)
    {
        foreach (var message in messages)
        {
            _sent.Add($"{(char)message[0]}({new RawMessage((char)message[0], message[5..]).Text.Replace('\0', ' ').Trim()})");
            _unsent = [.. _unsent, .. message];
            _expected.AddRange(_direct.Ask(message).Select(FakeClient.Describe));
        }
    }

    /// <summary>Sends what there is, or the beginning of it.</summary>
    public void Write(bool isWhole)
    {
        var length = isWhole ? _unsent.Length : random.Next(_unsent.Length + 1);
        client.Write(_unsent.AsSpan(0, length));
        _unsent = _unsent[length..];
    }

    /// <summary>Ends whatever it is in, so that nobody waits for its server.</summary>
    public void Finish()
    {
        Say([RawMessages.Sync(), RawMessages.Query("ROLLBACK")]);
        Write(isWhole: true);
    }

    /// <summary>Drops the connection, with whatever is under way.</summary>
    public void Vanish()
    {
        Write(isWhole: false);
        switch (random.Next(3))
        {
            case 0:
                client.Reset();
                break;
            case 1:
                client.HalfClose();
                client.Close();
                break;
            default:
                client.Close();
                break;
        }
    }

    /// <summary>All replies have come, and no others.</summary>
    public void Check(string run)
    {
        var got = client.TakeAll();
        var same = 0;
        while (same < Math.Min(got.Count, _expected.Count) && IsSame(got[same], _expected[same], NextReady(same)))
        {
            same++;
        }

        Assert.That(
            string.Join(' ', got.Skip(same)),
            Is.EqualTo(string.Join(' ', _expected.Skip(same))),
            () => $"{run}, client {name}, after {string.Join(' ', _expected.Take(same).TakeLast(12))}; it has sent {string.Join(' ', _sent)}");
        _expected.Clear();
        _sent.Clear();
    }

    // The ReadyForQuery that a PostgreSQL of its own ends the cycle of this reply with.
    private string? NextReady(int index) => _expected.Skip(index).FirstOrDefault(reply => reply.StartsWith("Z(", StringComparison.Ordinal));

    // In a failed transaction nothing can be prepared: a statement that its server lacks fails of that, and not of what else is wrong with
    // its use, the number of its parameters or a name that is taken.
    private static bool IsSame(string got, string expected, string? nextReady) =>
        got == expected
        || (nextReady == "Z(E)" && got.StartsWith("E(25P02 ", StringComparison.Ordinal)
            && (expected.StartsWith("E(08P01 bind message supplies ", StringComparison.Ordinal)
                || expected.StartsWith("E(42P05 ", StringComparison.Ordinal)));
}
