using Pgmux.Protocol;

namespace Pgmux.Core.Servers;

/// <summary>
/// What one server still owes: an entry for every request whose reply has not ended, in the order in which it was sent. It
/// follows PostgreSQL's rules, so that every reply finds the one who asked:
/// <list type="bullet">
/// <item>after an error in an extended query everything up to the next Sync is skipped without a reply, a Query included;</item>
/// <item>while COPY FROM STDIN runs, Sync and Flush are ignored;</item>
/// <item>notices, parameters and notifications belong to no request.</item>
/// </list>
/// Source: PostgreSQL manual, "Message Flow"; postgres.c (ignore_till_sync), copyfromparse.c.
/// </summary>
internal sealed class OutstandingRequests
{
    /// <summary>
    /// Most entries of one server: twice the deepest pipeline that drivers are known to build (10,000 statements of three
    /// messages), 64 KiB of memory. Above it the client is not read until replies have come.
    /// </summary>
    public const int Limit = 65_536;

    private const int InitialCapacity = 32;

    private Entry[] _ring = new Entry[InitialCapacity];
    private int _head;
    private int _count;
    private bool _hasReplied;
    private bool _isSkipping;
    private bool _isSyncMissing;
    private bool _isInCopyIn;
    private bool _isCopyInOpen;
    private int _syncsEaten;
    private int _uncertainReadies;

    private readonly record struct Entry(RequestKind Kind, ReplyAction Action);

    /// <summary>
    /// Whether every reply has come that was asked for and every extended query has had its Sync: without it the server is inside an
    /// implicit transaction, although nothing is owed (a client that sends Flush) or nothing is owed yet (the rest of its pipeline is
    /// on its way).
    /// </summary>
    public bool IsEmpty => _count == 0 && !_isSkipping && !_isSyncMissing;

    /// <summary>Whether no further request may be added until replies have come.</summary>
    public bool IsFull => _count >= Limit;

    /// <summary>Entries in the queue.</summary>
    public int Count => _count;

    /// <summary>Whether the server skips everything until a Sync that has not been sent yet.</summary>
    public bool IsSkipping => _isSkipping;

    /// <summary>Whether the server waits for COPY data that has no end yet.</summary>
    public bool NeedsCopyData => _isInCopyIn && _isCopyInOpen;

    /// <summary>Whether a ReadyForQuery has been asked for that has not come.</summary>
    public bool OwesReadyForQuery
    {
        get
        {
            for (var i = 0; i < _count; i++)
            {
                if (EndsCycle(At(i).Kind))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Whether the server takes COPY data, or may do so once it gets to what has been sent.</summary>
    public bool MayTakeCopyData => _isCopyInOpen || _count > 0;

    /// <summary>
    /// Whether a ReadyForQuery may come that nothing in the queue asks for: a Sync was sent while COPY FROM STDIN ran, and the
    /// COPY then failed by itself, so only the server knows whether it had read the Sync by then. A probe finds out: any
    /// request answered without ReadyForQuery, because replies come in order.
    /// </summary>
    public bool NeedsProbe => _uncertainReadies > 0;

    /// <summary>Who gets what belongs to no request (notices, notifications): the one whose request is being answered.</summary>
    public ReplyAction OutOfBandAction => _count > 0 ? _ring[_head].Action : ReplyAction.Forward;

    /// <summary>Whether the request being answered is pgmux's own.</summary>
    public bool IsOwnRequestNext => _count > 0 && _ring[_head].Action == ReplyAction.Swallow;

    /// <summary>Notes a request that is being sent.</summary>
    public void Add(RequestKind kind, ReplyAction action)
    {
        if (_isSkipping)
        {
            if (kind != RequestKind.Sync)
            {
                return;
            }

            _isSkipping = false;
        }

        if (_isCopyInOpen)
        {
            if (kind == RequestKind.Sync)
            {
                _syncsEaten++;
                return;
            }

            _isCopyInOpen = false;
        }
        else if (kind == RequestKind.CopyEnd && _count == 0)
        {
            return;
        }

        Note(kind);
        Push(new Entry(kind, action));
    }

    /// <summary>
    /// Finds out whose reply this is and takes it off the queue when it ends the request.
    /// ParameterStatus, NoticeResponse and NotificationResponse are not asked here: see <see cref="OutOfBandAction"/>.
    /// </summary>
    public ReplyAction OnReply(BackendMessageType type)
    {
        if (_count == 0)
        {
            return type == BackendMessageType.ReadyForQuery && _uncertainReadies > 0 ? OnUncertainReady() : ReplyAction.Violation;
        }

        var (kind, action) = _ring[_head];
        var hadReplied = _hasReplied;
        _hasReplied = true;
        switch (type)
        {
            case BackendMessageType.DataRow:
            case BackendMessageType.CopyData:
            case BackendMessageType.CopyDone:
            case BackendMessageType.CopyOutResponse:
                return kind is RequestKind.Query or RequestKind.Execute ? action : ReplyAction.Violation;
            case BackendMessageType.CommandComplete:
            case BackendMessageType.EmptyQueryResponse:
                EndCopyIn();
                _hasReplied = true;
                return kind == RequestKind.Query ? action : PopIf(kind == RequestKind.Execute, action);
            case BackendMessageType.PortalSuspended:
                return PopIf(kind == RequestKind.Execute, action);
            case BackendMessageType.RowDescription:
                return kind is RequestKind.Query ? action : PopIf(kind == RequestKind.Describe, action);
            case BackendMessageType.NoData:
                return PopIf(kind == RequestKind.Describe, action);
            case BackendMessageType.ParameterDescription:
                return kind == RequestKind.Describe ? action : ReplyAction.Violation;
            case BackendMessageType.ParseComplete:
                return PopIf(kind == RequestKind.Parse, action);
            case BackendMessageType.BindComplete:
                return PopIf(kind == RequestKind.Bind, action);
            case BackendMessageType.CloseComplete:
                return OnCloseComplete(kind, action);
            case BackendMessageType.FunctionCallResponse:
                return kind == RequestKind.FunctionCall ? action : ReplyAction.Violation;
            case BackendMessageType.CopyInResponse:
                return OnCopyIn(kind, action);
            case BackendMessageType.ErrorResponse:
                OnError(kind);
                return action;
            case BackendMessageType.ReadyForQuery:
                return OnReady(kind, action, hadReplied);
            default:
                return ReplyAction.Violation;
        }
    }

    private ReplyAction OnReady(RequestKind kind, ReplyAction action, bool hasReplied)
    {
        if (_uncertainReadies > 0 && !hasReplied && kind is (RequestKind.Query or RequestKind.FunctionCall))
        {
            // Both say something before their ReadyForQuery: this one answers the Sync that was sent into COPY.
            _hasReplied = false;
            return OnUncertainReady();
        }

        if (EndsCycle(kind))
        {
            _isInCopyIn = false;
            _isCopyInOpen = false;
            Pop();
            return action;
        }

        _hasReplied = hasReplied;
        return _uncertainReadies > 0 ? OnUncertainReady() : ReplyAction.Violation;
    }

    private ReplyAction OnUncertainReady()
    {
        _uncertainReadies--;
        _isSkipping = false;

        // The server has read that Sync after all; what was sent behind it may lack one of its own.
        _isSyncMissing = false;
        for (var i = 0; i < _count; i++)
        {
            Note(At(i).Kind);
        }

        return ReplyAction.Forward;
    }

    private ReplyAction OnCloseComplete(RequestKind kind, ReplyAction action)
    {
        if (kind == RequestKind.Probe)
        {
            // Every ReadyForQuery that was on its way has come before it.
            _uncertainReadies = 0;
        }

        return PopIf(kind is RequestKind.Close or RequestKind.Probe, action);
    }

    private ReplyAction OnCopyIn(RequestKind kind, ReplyAction action)
    {
        if (kind is not (RequestKind.Query or RequestKind.Execute))
        {
            return ReplyAction.Violation;
        }

        _syncsEaten = 0;
        _isInCopyIn = true;
        _isCopyInOpen = true;
        DropSyncsThatCopyEats();
        return action;
    }

    private void EndCopyIn()
    {
        if (!_isInCopyIn)
        {
            return;
        }

        _isInCopyIn = false;
        _isCopyInOpen = false;
        _syncsEaten = 0;
        if (_count > 1 && _ring[_head].Kind == RequestKind.Query && At(1).Kind == RequestKind.CopyEnd)
        {
            // One Query may hold several COPYs; each has an end of its own.
            At(1) = _ring[_head];
            PopOne();
        }
    }

    // The server is now inside COPY: a Sync sent before the end of the data is read there and ignored.
    private void DropSyncsThatCopyEats()
    {
        var kept = 1;
        Note(_ring[_head].Kind);
        for (var i = 1; i < _count; i++)
        {
            var entry = At(i);
            if (_isCopyInOpen)
            {
                if (entry.Kind == RequestKind.Sync)
                {
                    _syncsEaten++;
                    continue;
                }

                _isCopyInOpen = false;
            }

            At(kept++) = entry;
            Note(entry.Kind);
        }

        _count = kept;
    }

    private void OnError(RequestKind kind)
    {
        if (_syncsEaten > 0)
        {
            _uncertainReadies += _syncsEaten;
            _syncsEaten = 0;
        }

        _isInCopyIn = false;
        _isCopyInOpen = false;
        if (EndsCycle(kind))
        {
            // ReadyForQuery still comes.
            return;
        }

        while (_count > 0 && _ring[_head].Kind != RequestKind.Sync)
        {
            PopOne();
        }

        _isSkipping = _count == 0;
    }

    // An extended query lasts until Sync; a Query or FunctionCall ends it as well.
    private void Note(RequestKind kind) => _isSyncMissing = kind switch
    {
        RequestKind.Query or RequestKind.FunctionCall or RequestKind.Sync => false,
        RequestKind.CopyEnd or RequestKind.Probe => _isSyncMissing,
        _ => true,
    };

    private static bool EndsCycle(RequestKind kind) => kind is RequestKind.Query or RequestKind.FunctionCall or RequestKind.Sync;

    private ReplyAction PopIf(bool matches, ReplyAction action)
    {
        if (!matches)
        {
            return ReplyAction.Violation;
        }

        Pop();
        return action;
    }

    private void Pop()
    {
        PopOne();
        while (_count > 0 && _ring[_head].Kind == RequestKind.CopyEnd)
        {
            PopOne();
        }
    }

    private void PopOne()
    {
        _head = (_head + 1) & (_ring.Length - 1);
        _count--;
        _hasReplied = false;
        if (_count == 0 && _ring.Length > InitialCapacity * 32)
        {
            // A deep pipeline is over: do not keep its room for ever.
            _ring = new Entry[InitialCapacity];
            _head = 0;
        }
    }

    private ref Entry At(int index) => ref _ring[(_head + index) & (_ring.Length - 1)];

    private void Push(Entry entry)
    {
        if (_count == _ring.Length)
        {
            var larger = new Entry[_ring.Length * 2];
            for (var i = 0; i < _count; i++)
            {
                larger[i] = At(i);
            }

            _ring = larger;
            _head = 0;
        }

        At(_count) = entry;
        _count++;
    }
}
