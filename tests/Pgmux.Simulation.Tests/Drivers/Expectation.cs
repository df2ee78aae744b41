using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>
/// What one session of a client has to hear: what a PostgreSQL of its own would answer, byte for byte, as far as it has come. It is
/// told everything that the client sends and everything that comes back.
/// </summary>
internal sealed class Expectation
{
    private static readonly byte[] NoiseBytes = RawMessages.String(BackendFaults.NoiseText);

    private readonly (string Name, string Value)[] _startup;
    private readonly OwedReplies _owed;
    private readonly Traffic _traffic = new();
    private readonly List<string> _violations = [];
    private readonly List<byte> _lawless = [];
    private readonly HashSet<string> _told = [];
    private int _requests;
    private int _toBeAnswered = -1;
    private int _answered = -1;
    private int _cancels;
    private int _taken;
    private int _acknowledged;
    private bool _refusesNext;

    /// <param name="nonces">The client's marks.</param>
    /// <param name="startup">The run-time parameters of its startup packet.</param>
    public Expectation(Nonces nonces, params (string Name, string Value)[] startup)
    {
        Nonces = nonces;
        _startup = startup;
        _owed = new OwedReplies(startup);
    }

    public Nonces Nonces { get; }

    public ExpectationState State { get; private set; }

    /// <summary>What was wrong.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>Set when the client's server has been given a fault: from the first difference on only what would always be wrong is seen.</summary>
    public bool IsTainted { get; set; }

    /// <summary>
    /// Set when its link has stood still: a last word that cannot be delivered for some seconds is given up, and lost with the connection.
    /// </summary>
    public bool IsCutOff { get; set; }

    /// <summary>
    /// Set when servers are lent as they are (max_prepared_statements = 0): who breaks the protocol may run what another has left behind.
    /// </summary>
    public bool SharesStatements { get; set; }

    /// <summary>What may end the session without any fault of the client's own server.</summary>
    public FatalCause Allowed { get; set; }

    /// <summary>What ended the session, once something has.</summary>
    public RawMessage? LastWord { get; private set; }

    /// <summary>
    /// Rows whose INSERT was acknowledged, and the end of its transaction by ReadyForQuery: they must be in the table once.
    /// </summary>
    public IEnumerable<string> Acknowledged => _owed.Committed.Take(_acknowledged);

    /// <summary>What the client itself has done to end it.</summary>
    public Farewell Farewell { get; private set; }

    /// <summary>Whether the client has broken the protocol.</summary>
    public bool IsLawless { get; private set; }

    /// <summary>The transaction status that the client was told last.</summary>
    public char Status { get; private set; } = 'I';

    /// <summary>Whether nothing can come any more before the client says something else, as far as is known.</summary>
    public bool IsAnswered => State != ExpectationState.LoggingIn && (State != ExpectationState.Exact || _owed.IsEmpty);

    /// <summary>What was wrong since the last call.</summary>
    public IReadOnlyList<string> TakeViolations()
    {
        if (_violations.Count == _taken)
        {
            return [];
        }

        string[] fresh = [.. _violations.Skip(_taken)];
        _taken = _violations.Count;
        return fresh;
    }

    /// <summary>What came is no stream of messages.</summary>
    public void Fail(Exception fault) => Violate($"messages ({fault.Message})", null);

    /// <summary>The client has sent all of a message.</summary>
    public void Sent(RawMessage message)
    {
        _traffic.Sent(message);
        if (message.Type == 'X')
        {
            Farewell = Farewell.Terminate;
            return;
        }

        if (message.Type is 'S' or 'Q' or 'F' or 'H')
        {
            _toBeAnswered = _requests;
        }

        _owed.Add(message, _requests++);
        if (_refusesNext)
        {
            _refusesNext = false;
            _owed.TryCancel();
        }
    }

    /// <summary>Whether the client has sent the beginning of a message.</summary>
    public bool HasBegunMessage { get; set; }

    /// <summary>The client has sent a cancel request: one query of its own may end by it.</summary>
    public void SentCancel() => _cancels++;

    /// <summary>The client half-closes, closes or breaks the connection.</summary>
    public void LeftAbruptly() => Farewell = Farewell.Abrupt;

    /// <summary>The client breaks the protocol from here on.</summary>
    /// <param name="bytes">What it sends, in which chance may have made any mark.</param>
    public void BecameLawless(ReadOnlySpan<byte> bytes)
    {
        _lawless.AddRange(bytes);
        IsLawless = true;
        if (State == ExpectationState.Exact)
        {
            State = ExpectationState.Loose;
        }
    }

    /// <summary>A message has come.</summary>
    public void Received(RawMessage message)
    {
        _traffic.Received(message);
        if (message.Type != 'K')
        {
            // A cancel key is made of random bytes, which are a mark now and then.
            RejectForeign(message.Body, message);
        }

        switch (State)
        {
            case ExpectationState.Ended or ExpectationState.Closed:
                Violate("nothing after the last word", message);
                break;
            case ExpectationState.LoggingIn:
                OnLogin(message);
                break;
            case ExpectationState.Exact:
                Compare(message);
                break;
            default:
                OnLoose(message);
                break;
        }

        if (message.Type == 'Z' && State != ExpectationState.LoggingIn)
        {
            Status = message.Status;
        }
    }

    /// <summary>The stream has ended, in the middle of a message when there is a rest.</summary>
    public void Closed(ReadOnlySpan<byte> rest)
    {
        if (State == ExpectationState.Closed)
        {
            return;
        }

        RejectForeign(rest, null);
        var state = State;
        State = ExpectationState.Closed;
        if (rest.Length > 0 && !IsTainted && !IsCutOff && (state == ExpectationState.Ended || rest.IndexOf("SFATAL"u8) >= 0))
        {
            Violate($"no error inside of a message, nothing behind the last one (there is \"{Encoding.Latin1.GetString(rest).Replace("\0", "\\0")}\")", null);
        }

        // Half a message cannot be followed by an error: a client whose server breaks in the middle of a reply hears nothing more.
        var isCut = rest.Length > 0 && (Allowed & (FatalCause.ServerLost | FatalCause.Timeout)) != FatalCause.None;
        var mayEnd = isCut || IsCutOff || state == ExpectationState.Ended || Farewell == Farewell.Abrupt || IsTainted || IsLawless || _owed.HasEnded;
        if (!mayEnd && Farewell == Farewell.None && _violations.Count == 0)
        {
            Violate("a word before the end", null);
        }
        // A goodbye at the beginning of a COPY FROM STDIN breaks that off, and nobody waits for its word.
        else if (!mayEnd && state == ExpectationState.Exact && Allowed == FatalCause.None
            && _owed.Next() is { Message.Type: not 'G' } missing && missing.Request <= _toBeAnswered)
        {
            Violate($"{Describe(missing.Message)} before the end", null);
        }
    }

    private void OnLogin(RawMessage message)
    {
        switch (message.Type)
        {
            case 'R' or 'K' or 'N':
                break;
            case 'S':
                _told.Add(message.Text);
                break;
            case 'E':
                OnFatal(message);
                break;
            case 'Z' when message.Status == 'I':
                State = IsLawless ? ExpectationState.Loose : ExpectationState.Exact;
                CheckParameters();
                break;
            default:
                Violate("a login", message);
                break;
        }
    }

    // Of the client's own parameters the login says what the client has asked for.
    private void CheckParameters()
    {
        foreach (var (name, value) in _startup)
        {
            var wanted = $"{name}\0{value}\0";
            if (!IsTainted && !_told.Contains(wanted) && _told.Any(told => IsOfSameParameter(told, wanted)))
            {
                Violate($"{name} = {value} after the login", null);
            }
        }
    }

    private void Compare(RawMessage message)
    {
        if (IsOutOfBand(message))
        {
            return;
        }

        // A parameter may be reported at any time, as often as anybody likes, as long as it is true.
        if (message.Type == 'S' && (_owed.TryTakeParameter(message) || _told.Contains(message.Text)))
        {
            _told.RemoveWhere(told => IsOfSameParameter(told, message.Text));
            _told.Add(message.Text);
            return;
        }

        if (IsUserCancel(message) && _cancels > 0 && TryCancel())
        {
            _cancels--;
            return;
        }

        if (_owed.Next() is not { } owed)
        {
            Differ("nothing", message);
        }
        else if (owed.Is(message) || (BreaksOffCopy(owed.Message) && BreaksOffCopy(message)))
        {
            _answered = owed.Request;
            if (message.Type == 'Z')
            {
                _acknowledged = _owed.Committed.Count;
            }

            _owed.Take();
            if (IsFatal(message))
            {
                End(message);
            }
        }
        else if (_owed.Status == 'E' && message is { Type: 'E', SqlState: "25P02" } && MayLackStatement(owed))
        {
            _owed.FailCurrent();
        }
        else if (_owed.IsUnnamedUncertain && message is { Type: 'E', SqlState: "26000", Message: "unnamed prepared statement does not exist" })
        {
            _owed.FailCurrent();
            _owed.ForgetUnnamed();
        }
        else
        {
            Differ(Describe(owed.Message), message);
        }
    }

    // Inside of COPY the server names the message that it sees first: that may be one that pgmux has put ahead of the client's, the Close of a
    // statement that has to go or the Parse of one that is lacking.
    private static bool BreaksOffCopy(RawMessage message) => message is { Type: 'E', SqlState: "08P01" }
        && message.Message.StartsWith("unexpected message type 0x", StringComparison.Ordinal)
        && message.Message.EndsWith(" during COPY from stdin", StringComparison.Ordinal);

    // A message that waits for a server may be refused as soon as it has begun.
    private bool TryCancel()
    {
        _refusesNext = !_refusesNext && HasBegunMessage && _owed is { IsEmpty: true, IsBetweenTransactions: true };
        return _refusesNext || _owed.TryCancel();
    }

    // A server that lacks the client's statement takes none in a failed transaction: what is on the list of differences.
    private bool MayLackStatement(OwedReply owed) => owed.Message.Type == 'E'
        ? owed.Message.SqlState == "42P05" || owed.Message.Message.StartsWith("bind message supplies ", StringComparison.Ordinal)
        : _owed.Current is { Type: 'D', Body: [(byte)'S', ..] };

    private void Differ(string expected, RawMessage message)
    {
        if (IsFatal(message))
        {
            OnFatal(message);
            return;
        }

        if (!IsTainted)
        {
            Violate(expected, message);
        }

        State = ExpectationState.Loose;
        OnLoose(message);
    }

    private void OnLoose(RawMessage message)
    {
        if (IsFatal(message))
        {
            OnFatal(message);
        }
        else if (IsUserCancel(message) && !IsTainted && --_cancels < 0)
        {
            Violate("no cancel of somebody else", message);
        }
    }

    private void OnFatal(RawMessage message)
    {
        var allowed = Allowed
            | (IsTainted ? FatalCause.ServerLost | FatalCause.ServerLogin | FatalCause.Parameter : FatalCause.None)
            | (IsLawless ? FatalCause.OwnFault : FatalCause.None);
        if ((KnownFatals.CausesOf(message) & allowed) == FatalCause.None && !IsTainted)
        {
            Violate(State == ExpectationState.Exact && _owed.Next() is { } owed ? Describe(owed.Message) : "no such end", message);
        }

        End(message);
    }

    private void End(RawMessage message)
    {
        LastWord = message;
        State = ExpectationState.Ended;
    }

    private void RejectForeign(ReadOnlySpan<byte> bytes, RawMessage? message)
    {
        if (SharesStatements && IsLawless)
        {
            return;
        }

        if (Nonces.FindForeign(bytes) is { } foreign && CollectionsMarshal.AsSpan(_lawless).IndexOf(Encoding.ASCII.GetBytes(foreign)) < 0)
        {
            Violate($"no mark of others, got {foreign}", message);
        }
    }

    private void Violate(string expected, RawMessage? got)
    {
        var what = string.Create(
            CultureInfo.InvariantCulture, $"client {Nonces.Client}, request {_answered + 1} of {_requests}: expected {expected}");
        _violations.Add($"{what}, got {(got is null ? "EOF" : Describe(got))}; {_traffic}");
    }

    // What a server may say at any time (the fake one marks it), and PgBouncer's notice to who waits.
    private static bool IsOutOfBand(RawMessage message) => message.Type switch
    {
        'N' => message.Message is BackendFaults.NoiseText or "No server connection available in postgres backend, client being queued",
        'A' => message.Body.AsSpan(sizeof(int)).StartsWith(NoiseBytes),
        'S' => message.Body.AsSpan().StartsWith(NoiseBytes),
        _ => false,
    };

    private static bool IsOfSameParameter(string first, string second) =>
        first.AsSpan(0, first.IndexOf('\0')).SequenceEqual(second.AsSpan(0, second.IndexOf('\0')));

    private static bool IsFatal(RawMessage message) => message.Type == 'E' && message.Field('S') is "FATAL" or "PANIC";

    private static bool IsUserCancel(RawMessage message) =>
        message is { Type: 'E', SqlState: "57014", Message: "canceling statement due to user request" };

    private static string Describe(RawMessage message) => FakeClient.Describe(message);
}
