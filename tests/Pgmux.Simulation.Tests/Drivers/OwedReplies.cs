using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>
/// What a PostgreSQL of the client's own owes it. It takes the client's messages one by one and only when a reply has come that must be
/// theirs: until then any of them may still be cancelled instead.
/// </summary>
internal sealed class OwedReplies(params IEnumerable<(string Name, string Value)> startup)
{
    private readonly DirectSession _direct = new(database: null, startup);
    private readonly Queue<(RawMessage Message, int Number)> _unread = [];
    private readonly List<OwedReply> _owed = [];
    private int _head;
    private int _number;

    /// <summary>I, T or E, as the server has it after the last message that it took.</summary>
    public char Status => _direct.Status;

    /// <summary>Whether the server has closed the connection.</summary>
    public bool HasEnded => _direct.HasEnded;

    /// <summary>The last message that it took.</summary>
    public RawMessage? Current { get; private set; }

    /// <summary>Whether nothing can come any more before the client says something else.</summary>
    public bool IsEmpty
    {
        get
        {
            TakeSilent();
            return _unread.Count == 0 && Count == 0 && !_direct.IsWaiting;
        }
    }

    private int Count => _owed.Count - _head;

    public void Add(RawMessage message, int number) => _unread.Enqueue((message, number));

    /// <summary>The next reply; null when nothing was asked.</summary>
    public OwedReply? Next()
    {
        while (Count == 0)
        {
            if (_direct.IsWaiting)
            {
                Owe(_direct.GoOn(isCancelled: false));
            }
            else if (_unread.Count > 0)
            {
                Owe(_direct.Tell(Dequeue()));
            }
            else
            {
                return null;
            }
        }

        return _owed[_head];
    }

    /// <summary>The next reply has come.</summary>
    public void Take()
    {
        if (++_head == _owed.Count)
        {
            _owed.Clear();
            _head = 0;
        }
    }

    /// <summary>Parameters are independent of each other: takes the one of those that come next that is this.</summary>
    public bool TryTakeParameter(RawMessage got)
    {
        Next();
        for (var at = _head; at < _owed.Count && _owed[at].Message.Type == 'S'; at++)
        {
            if (_owed[at].Is(got))
            {
                (_owed[at], _owed[_head]) = (_owed[_head], _owed[at]);
                Take();
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// An error has come instead of whatever is next, because the client has cancelled it or because the message fails on its way. False
    /// when something else must come first.
    /// </summary>
    public bool TryFail()
    {
        TakeSilent();
        if (Count > 0)
        {
            var isError = _owed[_head].Message.Type == 'E';
            if (isError)
            {
                Take();
            }

            return isError;
        }

        if (_direct.IsWaiting)
        {
            Owe(_direct.GoOn(isCancelled: true));
        }
        else if (_direct.IsInCopy)
        {
            Owe(_direct.Tell(new RawMessage('f', [0])));
        }
        else if (_unread.Count > 0)
        {
            Owe(_direct.Refuse(Dequeue()));
        }
        else
        {
            return false;
        }

        Take();
        return true;
    }

    /// <summary>The message that is being answered fails, or fails of something else: what is left of its answer does not come.</summary>
    public void FailCurrent()
    {
        if (_owed[_head].Message.Type != 'E')
        {
            _owed.Clear();
            _head = 0;
            Owe(_direct.Refuse(Current!));
        }

        Take();
    }

    private RawMessage Dequeue()
    {
        (var message, _number) = _unread.Dequeue();
        Current = message;
        return message;
    }

    private void Owe(IReadOnlyList<RawMessage> replies)
    {
        foreach (var reply in replies)
        {
            _owed.Add(new OwedReply(reply, _number));
        }
    }

    // What has no reply, or an error at most, may be taken ahead of time: a cancel in its place would come to the same.
    private void TakeSilent()
    {
        while (Count == 0 && !_direct.IsWaiting && _unread.TryPeek(out var next) && IsSilent(next.Message.Type))
        {
            Owe(_direct.Tell(Dequeue()));
        }
    }

    private bool IsSilent(char type) => _direct.IsInCopy
        ? type is 'd' or 'H' or 'S'
        : type is 'H' or 'd' or 'c' or 'f' || (_direct.IsSkipping && type != 'S');
}
