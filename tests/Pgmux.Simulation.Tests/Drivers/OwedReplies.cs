using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>
/// What a PostgreSQL of the client's own owes it. It runs no further than what has come needs: until then any statement may still be
/// cancelled.
/// </summary>
internal sealed class OwedReplies(params IEnumerable<(string Name, string Value)> startup)
{
    private readonly DirectSession _direct = new(database: null, startup);
    private readonly Queue<(RawMessage Message, int Number)> _unread = [];
    private readonly List<OwedReply> _owed = [];
    private int _number;

    /// <summary>I, T or E, as the server has it now.</summary>
    public char Status => _direct.Status;

    /// <summary>Whether the server has closed the connection.</summary>
    public bool HasEnded => _direct.HasEnded;

    /// <summary>Whether the next message begins a transaction, so that pgmux may refuse it while it waits for a server.</summary>
    public bool IsBetweenTransactions => _direct is { Status: 'I', HasOpenExtendedQuery: false };

    /// <summary>The last message that it took.</summary>
    public RawMessage? Current { get; private set; }

    /// <summary>Rows whose transactions have committed, as far as it has run.</summary>
    public IReadOnlyList<string> Committed => _direct.Committed;

    /// <summary>
    /// Whether a query was cancelled of which nobody can say whether it has come so far as to take the place of the statement without a
    /// name.
    /// </summary>
    public bool IsUnnamedUncertain { get; private set; }

    /// <summary>Whether nothing can come any more before the client says something else.</summary>
    public bool IsEmpty
    {
        get
        {
            TakeSilent();
            return _unread.Count == 0 && _owed.Count == 0 && !_direct.IsRunning;
        }
    }

    public void Add(RawMessage message, int number) => _unread.Enqueue((message, number));

    /// <summary>The next reply; null when nothing was asked.</summary>
    public OwedReply? Next()
    {
        while (_owed.Count == 0)
        {
            if (_direct.Pull() is { } reply)
            {
                Owe(reply);
            }
            else if (!TryBegin())
            {
                return null;
            }
        }

        return _owed[0];
    }

    /// <summary>The next reply has come.</summary>
    public void Take()
    {
        var taken = _owed[0].Message.Type;
        _owed.RemoveAt(0);
        if (_owed.Count == 0 && _direct.IsRunning && IsBeyondCancel(taken) && _direct.Pull() is { } reply)
        {
            Owe(reply);
        }
    }

    /// <summary>Parameters are independent of each other: takes the one of those that come next that is this.</summary>
    public bool TryTakeParameter(RawMessage got)
    {
        Next();
        for (var at = 0; at < _owed.Count && _owed[at].Message.Type == 'S'; at++)
        {
            if (_owed[at].Is(got))
            {
                _owed.RemoveAt(at);
                return true;
            }

            if (at + 1 == _owed.Count && _direct.Pull() is { } reply)
            {
                Owe(reply);
            }
        }

        return false;
    }

    /// <summary>
    /// An error has come instead of whatever is next, because the client has cancelled it. False when something else must come first.
    /// </summary>
    public bool TryCancel()
    {
        TakeSilent();
        if (_owed.Count > 0)
        {
            // An error that has overtaken the cancel comes to the same.
            return _owed[0].Message.Type == 'E' && TakeFirst();
        }

        if (!_direct.IsRunning)
        {
            if (_direct.IsInCopy)
            {
                _direct.Begin(new RawMessage('d', []));
            }
            else if (!TryBegin(out var refused))
            {
                return refused;
            }
        }

        if (_direct.PullCancelled() is not { } reply)
        {
            return false;
        }

        Owe(reply);
        return reply is { Type: 'E', SqlState: "57014" } && TakeFirst();
    }

    /// <summary>The message that is being answered fails, or fails of something else: what is left of its answer does not come.</summary>
    public void FailCurrent()
    {
        if (_owed[0].Message.Type == 'E')
        {
            _owed.RemoveAt(0);
            return;
        }

        _owed.Clear();
        while (_direct.Pull() is not null)
        {
        }

        Refuse();
    }

    /// <summary>The statement without a name is not there, after all.</summary>
    public void ForgetUnnamed()
    {
        _direct.Statements.Unnamed = null;
        IsUnnamedUncertain = false;
    }

    // Whether nothing looks for a cancel between this reply and the next one to the same message.
    private bool IsBeyondCancel(char reply) => Current!.Type switch
    {
        'Q' => reply is 'Z' or 'E' or 'G',
        'E' => reply is 'C' or 's' or 'I' or 'E' or 'G',
        _ => true,
    };

    private bool TakeFirst()
    {
        _owed.RemoveAt(0);
        return true;
    }

    private bool TryBegin()
    {
        if (!_unread.TryDequeue(out var next))
        {
            return false;
        }

        (Current, _number) = next;
        IsUnnamedUncertain &= Current is not { Type: 'P', Body: [0, ..] };
        _direct.Begin(Current);
        return true;
    }

    // Where a transaction begins pgmux may have refused the message; later only a server cancels.
    private bool TryBegin(out bool isRefused)
    {
        isRefused = _unread.Count > 0 && IsBetweenTransactions;
        if (!isRefused)
        {
            return TryBegin();
        }

        (Current, _number) = _unread.Dequeue();
        IsUnnamedUncertain |= Current.Type == 'Q' && _direct.Statements.Unnamed is not null;
        Refuse();
        return false;
    }

    private void Refuse()
    {
        foreach (var reply in _direct.Refuse(Current!).Skip(1))
        {
            Owe(reply);
        }
    }

    private void Owe(RawMessage reply) => _owed.Add(new OwedReply(reply, _number));

    // What has no reply, or an error at most, may be taken ahead of time: a cancel in its place would come to the same.
    private void TakeSilent()
    {
        while (_owed.Count == 0 && !_direct.IsRunning && _unread.TryPeek(out var next) && IsSilent(next.Message.Type))
        {
            TryBegin();
            while (_direct.Pull() is { } reply)
            {
                Owe(reply);
            }
        }
    }

    private bool IsSilent(char type) => _direct.IsInCopy
        ? type is 'd' or 'H' or 'S'
        : type is 'H' or 'd' or 'c' or 'f' || (_direct.IsSkipping && type != 'S');
}
