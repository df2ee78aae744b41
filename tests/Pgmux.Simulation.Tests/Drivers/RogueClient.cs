using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>
/// Somebody who has no business here: what it sends before any login is answered by one error at most, and nothing of it, nor of what
/// it sends behind, ever reaches a server.
/// </summary>
/// <param name="mux">Where it connects to.</param>
/// <param name="cast">Numbers; it keeps those that never log in.</param>
internal sealed class RogueClient(TestMux mux, ClientCast cast) : ISimulatedActor
{
    private readonly List<string> _violations = [];
    private FakeClient? _link;
    private Nonces _nonces = cast.NewOutsider();
    private byte[] _unsent = [];
    private string _trick = "";
    private int _errors;
    private bool _isOver = true;

    public IReadOnlyList<string> Violations => _violations;

    public bool IsSettled { get; private set; }

    public void Step(Random random)
    {
        Observe();
        if (IsSettled)
        {
            return;
        }

        if (_isOver)
        {
            Begin(random);
        }
        else if (_link is { IsConnected: true } link)
        {
            var bytes = random.Next(_unsent.Length + 1);
            link.Write(_unsent.AsSpan(0, bytes));
            _unsent = _unsent[bytes..];
            if (_unsent.Length == 0 && random.Next(10) == 0)
            {
                Leave(random.Next(2) == 0 ? ConnectionEnd.Reset : ConnectionEnd.Close);
            }
        }
    }

    public void Observe()
    {
        if (_isOver || _link is not { } link)
        {
            return;
        }

        foreach (var message in link.TakeReplies())
        {
            _errors += message.Type == 'E' ? 1 : 0;
            if (message.Type is 'Z' or 'K' || _errors > 1 || _nonces.FindForeign(message.Body) is not null)
            {
                _violations.Add($"outsider {_nonces.Client} with {_trick}: got {FakeClient.Describe(message)}");
            }
        }

        if (link.IsClosed)
        {
            _isOver = true;
            if (_nonces.FindForeign(link.Incomplete) is { } foreign)
            {
                _violations.Add($"outsider {_nonces.Client} with {_trick}: got {foreign}");
            }
        }
    }

    public void Finish(Random random)
    {
        Observe();
        Leave(ConnectionEnd.Close);
        IsSettled = true;
    }

    private void Leave(ConnectionEnd end)
    {
        _isOver = true;
        _link?.Leave(end);
    }

    private void Begin(Random random)
    {
        _nonces = cast.NewOutsider();
        _link = mux.BeginConnect();
        _isOver = false;
        _errors = 0;
        (_trick, _unsent) = Trick(random);
        _unsent = [.. _unsent, .. RawMessages.Query($"SELECT {_nonces.Next()}"), .. RawMessages.Query($"INSERT {_nonces.Next()}")];
    }

    private (string Name, byte[] Bytes) Trick(Random random)
    {
        (string, string)[] login = [("user", "alice"), ("database", "db")];
        switch (random.Next(10))
        {
            case 0:
                return ("no startup packet", []);
            case 1:
                return ("an unknown database", RawMessages.Startup(("user", "alice"), ("database", _nonces.Next())));
            case 2:
                return ("an unknown user", RawMessages.Startup(("user", _nonces.Next()), ("database", "db")));
            case 3:
                return ("no terminator", RawMessages.StartupPacket(RawMessages.Protocol30, RawMessages.String("user")));
            case 4:
                return ("another protocol", RawMessages.Startup(random.Next(2) == 0 ? 2 << 16 : 4 << 16, login));
            case 5:
                int[] lengths = [0, 1, 4, 7, 10_001, int.MaxValue, -1, int.MinValue];
                return ("a wrong length", [.. RawMessages.Int32(lengths[random.Next(lengths.Length)]), .. RawMessages.Startup(login)[4..]]);
            case 6:
                return ("a parameter that does not exist", RawMessages.Startup([.. login, ("c", _nonces.Next())]));
            case 7:
                return ("options that do not exist", RawMessages.Startup([.. login, ("options", $"-c search_path={_nonces.Next()} --{_nonces.Next()}")]));
            case 8:
                return ("a cancel request of nobody", RawMessages.CancelRequest(random.Next(), RawMessages.Int32(random.Next())));
            default:
                return ("TLS that is no TLS", RawMessages.SslRequest());
        }
    }
}
