using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Servers;

/// <summary>
/// What one server still owes: an entry for every request whose reply has not ended, in the order in which it was sent. It
/// follows PostgreSQL's rules, so that every reply finds the one who asked:
/// <list type="bullet">
/// <item>after an error in an extended query everything up to the next Sync is skipped without a reply, a Query included;</item>
/// <item>while COPY FROM STDIN runs, Sync and Flush are ignored;</item>
/// <item>COPY in both directions is COPY FROM STDIN during which the server sends data too;</item>
/// <item>notices, parameters and notifications belong to no request.</item>
/// </list>
/// Source: PostgreSQL manual, "Message Flow"; postgres.c (ignore_till_sync), copyfromparse.c.
/// </summary>
internal class OutstandingRequests(ServerStatements statements)
{
    /// <summary>
    /// Most entries of one server: twice the deepest pipeline that drivers are known to build (10,000 statements of three
    /// messages), 1.5 MiB of memory. Above it the client is not read until replies have come.
    /// </summary>
    public const int Limit = 65_536;

    private readonly RequestRing _requests = new();
    private bool _hasReplied;
    private int _answerable;
    private bool _isInExtendedQuery;
    private bool _isSkipping;
    private bool _isInCopyIn;
    private bool _isCopyInOpen;
    private int _syncsEaten;
    private int _uncertainReadies;
    private int _answeredCycles;
    private int _changes;
    private int _clientRequests;
    private bool _hasFailed;

    // An error of what pgmux sent ahead has been told in place of the one of the Query that comes next.
    private bool _isErrorTold;

    // Entries from the oldest on up to the last that may run COPY.
    private int _upToCopy;

    // Whether a portal may run COPY, and the cycle that bound the last such one.
    private bool _hasCopyPortal;
    private int _copyPortalCycle;

    /// <summary>Whether every reply has come that was asked for, and no error waits for its Sync.</summary>
    public bool IsEmpty => _requests.Count == 0 && !_isSkipping;

    /// <summary>
    /// Whether the last word was ReadyForQuery: nothing is owed, and no extended query waits for its Sync. Until that the server is in
    /// an implicit transaction, though it has nothing more to say.
    /// </summary>
    public bool IsReady => IsEmpty && !_isInExtendedQuery;

    /// <summary>Whether the client's next request begins a query cycle, and all before it is answered; pgmux's own may be under way.</summary>
    public bool IsBetweenCycles => _clientRequests == 0 && !_isSkipping && !_isInExtendedQuery;

    /// <summary>
    /// Whether replies come by themselves: to what a ReadyForQuery ends or a Flush asks for. To the rest of an extended query the server
    /// says nothing before the client goes on.
    /// </summary>
    public bool WillAnswer => _answerable > 0 && !_isCopyInOpen;

    /// <summary>Whether no further request may be added until replies have come.</summary>
    public bool IsFull => _requests.Count >= Limit;

    /// <summary>Entries in the queue.</summary>
    public int Count => _requests.Count;

    /// <summary>Whether the server skips everything until a Sync that has not been sent yet.</summary>
    public bool IsSkipping => _isSkipping;

    /// <summary>
    /// Whether a ReadyForQuery may come that nothing in the queue asks for: a Sync was sent while COPY FROM STDIN ran, and the
    /// COPY then failed by itself, so only the server knows whether it had read the Sync by then. A probe finds out: any
    /// request answered without ReadyForQuery, because replies come in order.
    /// </summary>
    public bool NeedsProbe => _uncertainReadies > 0;

    /// <summary>Who gets what belongs to no request (notices, notifications): the one whose request is being answered.</summary>
    public ReplyAction OutOfBandAction => IsOwnRequestNext ? ReplyAction.Swallow : ReplyAction.Forward;

    /// <summary>Whether the request being answered is pgmux's own.</summary>
    public bool IsOwnRequestNext => _requests.Count > 0 && _requests.First.Action is ReplyAction.Swallow or ReplyAction.Prelude;

    /// <summary>The query cycle of the client that is being sent: what its Sync, Query or FunctionCall ends. Only compared.</summary>
    public int Cycle { get; private set; }

    /// <summary>The query cycle of the client that was answered last.</summary>
    public int AnsweredCycle => _answeredCycles - 1;

    /// <summary>Whether a query cycle of the client before the one being sent is still to be answered.</summary>
    public bool HasEarlierCycle => Cycle != _answeredCycles;

    /// <summary>Whether SQL commands are under way that change what the client's names of statements stand for.</summary>
    public bool ChangesNames => _changes > 0;

    /// <summary>Whether everything that was sent is answered without more being sent.</summary>
    public bool IsAnswerable => _answerable >= _requests.Count;

    /// <summary>Requests of the client that were answered since <see cref="BeginCycle"/>, as long as none has done anything.</summary>
    public int AnsweredOfCycle { get; private set; }

    /// <summary>
    /// Whether nothing has been done since <see cref="BeginCycle"/> that could not be done again: at most statements were parsed, bound and
    /// closed. What was described would not be as it was told when the plan has changed.
    /// </summary>
    public virtual bool IsCycleUndone { get; private protected set; }

    /// <summary>
    /// Whether pgmux has to send a Sync: what it put ahead of a client's Query has failed, the server skips that Query, and its client
    /// waits for ReadyForQuery. The Sync stands in the Query's place; the transaction has failed already.
    /// </summary>
    public bool OwesSync { get; private set; }

    /// <summary>
    /// Whether the server takes the data of COPY FROM STDIN, and waits for nothing else; or that of COPY in both directions, which goes on
    /// until the client ends its own.
    /// </summary>
    public bool IsCopyInOpen => _isCopyInOpen;

    /// <summary>
    /// Whether a request whose reply has not ended may turn out to be COPY FROM STDIN: PostgreSQL refuses whatever comes inside of it but its
    /// data, Flush and Sync, and therefore has to see what comes.
    /// </summary>
    public virtual bool MayCopy => _upToCopy > 0;

    /// <summary>Whether it is the turn of a request that pgmux answers itself.</summary>
    public bool HasAnswerDue => _requests.Count > 0 && _requests.First.Action == ReplyAction.Synthesise;

    /// <summary>The request whose reply is next; not to be asked when nothing is owed.</summary>
    public ref readonly OutstandingRequest Next => ref _requests.First;

    /// <summary>Whether the request whose reply is next has been answered in part.</summary>
    public bool HasReplied => _hasReplied;

    /// <summary>Notes a request that is being sent.</summary>
    public void Add(RequestKind kind, ReplyAction action) => Add(new OutstandingRequest(kind, action));

    /// <summary>Notes a request that is being sent, and proposes what it does to prepared statements.</summary>
    public virtual void Add(in OutstandingRequest request)
    {
        var kind = request.Kind;
        OwesSync &= kind != RequestKind.Sync;
        if (_isSkipping)
        {
            if (IsSkipped(kind))
            {
                return;
            }

            _isSkipping = false;
        }

        if (_isCopyInOpen)
        {
            if (IsEatenByCopy(kind))
            {
                _syncsEaten += kind == RequestKind.BrokenFlush ? 0 : 1;
                return;
            }

            _isCopyInOpen = false;
        }
        else if (kind == RequestKind.CopyEnd && _requests.Count == 0)
        {
            return;
        }

        if (Rerun == RerunState.None)
        {
            _requests.Add(request);
        }
        else
        {
            _requests.Add(WithRerun(request));
        }

        NoteCopy(request);
        _clientRequests += request.Action == ReplyAction.Swallow ? 0 : 1;
        if (request.Commands is { } commands)
        {
            _changes += commands.ChangesNames ? 1 : 0;
            commands.OnSent(statements, Cycle);
        }
        else if (request.Effect != StatementEffect.None)
        {
            StatementEffects.Propose(request.Effect, request.Name, request.Statement, statements, Cycle);
        }

        if (request.EndsCycle)
        {
            Cycle++;
        }

        switch (kind)
        {
            case RequestKind.Query or RequestKind.FunctionCall or RequestKind.Sync:
                _answerable = _requests.Count;
                break;
            case RequestKind.Parse or RequestKind.Bind or RequestKind.Describe or RequestKind.Execute or RequestKind.Close or RequestKind.BrokenFlush:
                _isInExtendedQuery = true;
                break;
        }
    }

    /// <summary>What the client has of the answer to its request that is added next.</summary>
    public RerunState Rerun { get; set; }

    /// <summary>The client begins a query cycle, and everything before it is answered.</summary>
    public void BeginCycle()
    {
        AnsweredOfCycle = 0;
        IsCycleUndone = true;
    }

    /// <summary>Takes the request off the queue that pgmux answers itself, now that its turn has come.</summary>
    public BackendMessageType TakeAnswerDue()
    {
        var answer = _requests.First.Answer;
        Pop(RequestOutcome.Succeeded);
        return answer;
    }

    /// <summary>The server is in no transaction after all that it has answered: portals that were bound by then are gone.</summary>
    public void OnIdle() => _hasCopyPortal &= unchecked(_copyPortalCycle - AnsweredCycle) > 0;

    /// <summary>The connection is closed: nothing more is answered.</summary>
    public void Abandon()
    {
        while (_requests.Count > 0)
        {
            PopOne(RequestOutcome.Skipped);
        }
    }

    /// <summary>A Flush is being sent: everything before it is answered.</summary>
    public void OnFlush() => _answerable = _requests.Count;

    /// <summary>
    /// Finds out whose reply this is and takes it off the queue when it ends the request.
    /// ParameterStatus, NoticeResponse and NotificationResponse are not asked here: see <see cref="OutOfBandAction"/>.
    /// </summary>
    public virtual ReplyAction OnReply(BackendMessageType type)
    {
        if (_requests.Count == 0)
        {
            return type == BackendMessageType.ReadyForQuery && _uncertainReadies > 0 ? OnUncertainReady() : ReplyAction.Violation;
        }

        var kind = _requests.First.Kind;
        var action = OfReply(_requests.First.Action, type);
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
                return kind != RequestKind.Describe ? ReplyAction.Violation : _requests.First.HasParameters ? ReplyAction.Swallow : action;
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
            case BackendMessageType.CopyBothResponse:
                return kind == RequestKind.Query ? OnCopyIn(kind, action) : ReplyAction.Violation;
            case BackendMessageType.ErrorResponse:
                return OnError(kind, action, hadReplied);
            case BackendMessageType.ReadyForQuery:
                return OnReady(kind, action, hadReplied);
            default:
                return ReplyAction.Violation;
        }
    }

    /// <summary>Whether a server that has failed in an extended query skips this: everything but Sync, a Query included.</summary>
    protected virtual bool IsSkipped(RequestKind kind) => kind != RequestKind.Sync;

    /// <summary>Whether a server that reads the data of COPY FROM STDIN ignores this.</summary>
    protected virtual bool IsEatenByCopy(RequestKind kind) => kind is RequestKind.Sync or RequestKind.BrokenFlush;

    // A statement of which nothing is known may be COPY, and so may one of a simple query's; pgmux's own are not.
    private void NoteCopy(in OutstandingRequest request)
    {
        switch (request.Kind)
        {
            case RequestKind.Bind when request.Statement is not { MayCopy: false }:
                _hasCopyPortal = true;
                _copyPortalCycle = Cycle;
                break;
            case RequestKind.Execute when _hasCopyPortal:
            case RequestKind.Query when request.Action == ReplyAction.Forward:
                _upToCopy = _requests.Count;
                break;
        }
    }

    private ReplyAction OnReady(RequestKind kind, ReplyAction action, bool hasReplied)
    {
        if (!hasReplied && kind is (RequestKind.Query or RequestKind.FunctionCall))
        {
            // Both say something before their ReadyForQuery: this one answers the Sync that was sent into COPY, or nobody.
            _hasReplied = false;
            return _uncertainReadies > 0 ? OnUncertainReady() : ReplyAction.Violation;
        }

        if (kind is RequestKind.Query or RequestKind.FunctionCall or RequestKind.Sync)
        {
            _isInCopyIn = false;
            _isCopyInOpen = false;
            var hasFailed = _hasFailed;
            _hasFailed = false;
            _isErrorTold &= _requests.First.Action == ReplyAction.Prelude;
            Pop(hasFailed ? RequestOutcome.Failed : RequestOutcome.Succeeded);
            _isInExtendedQuery = HasExtendedQueryNext();
            return action;
        }

        _hasReplied = hasReplied;
        return _uncertainReadies > 0 ? OnUncertainReady() : ReplyAction.Violation;
    }

    private ReplyAction OnUncertainReady()
    {
        _uncertainReadies--;
        _isSkipping = false;
        _isInExtendedQuery = HasExtendedQueryNext();
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
        if (_requests.Count > 1 && _requests.First.Kind == RequestKind.Query && _requests[1].Kind == RequestKind.CopyEnd)
        {
            // One Query may hold several COPYs; each has an end of its own.
            _requests[1] = _requests.First;
            RemoveHead();
            _upToCopy = Math.Max(_upToCopy, 1);
        }
    }

    // The server is now inside COPY: a Sync sent before the end of the data is read there and ignored.
    private void DropSyncsThatCopyEats()
    {
        // Its own Sync is among them; the next one, which may not have been sent yet, ends the extended query.
        _isInExtendedQuery |= _requests.First.Kind == RequestKind.Execute;
        var kept = 1;
        for (var i = 1; i < _requests.Count; i++)
        {
            var entry = _requests[i];
            if (_isCopyInOpen)
            {
                if (IsEatenByCopy(entry.Kind))
                {
                    _syncsEaten += entry.Kind == RequestKind.BrokenFlush ? 0 : 1;
                    _answeredCycles += entry.EndsCycle ? 1 : 0;
                    _clientRequests -= entry.Action == ReplyAction.Swallow ? 0 : 1;
                    continue;
                }

                _isCopyInOpen = false;
            }

            _requests[kept++] = entry;
        }

        _requests.KeepFirst(kept);
        _answerable = Math.Min(_answerable, _requests.Count);
        _upToCopy = Math.Min(_upToCopy, _requests.Count);
    }

    private ReplyAction OnError(RequestKind kind, ReplyAction action, bool hasReplied)
    {
        // A Describe has told the parameters before it looks at the plan.
        IsCycleUndone &= !hasReplied || kind == RequestKind.Describe;
        if (_syncsEaten > 0)
        {
            _uncertainReadies += _syncsEaten;
            _syncsEaten = 0;
        }

        _isInCopyIn = false;
        _isCopyInOpen = false;
        if (kind is RequestKind.Query or RequestKind.FunctionCall or RequestKind.Sync)
        {
            // ReadyForQuery still comes.
            _hasFailed = true;
            var isTold = _isErrorTold && _requests.First.Action != ReplyAction.Prelude;
            _isErrorTold = _requests.First.Action == ReplyAction.Prelude;
            return isTold ? ReplyAction.Swallow : action;
        }

        var outcome = RequestOutcome.Failed;
        var isAhead = _requests.First.Action == ReplyAction.Prelude;
        while (_requests.Count > 0 && IsSkipped(_requests.First.Kind))
        {
            OwesSync |= isAhead && _requests.First.Kind == RequestKind.Query;
            isAhead &= _requests.First.Action == ReplyAction.Prelude;
            PopOne(outcome);
            outcome = RequestOutcome.Skipped;
        }

        _isSkipping = _requests.Count == 0;
        return action;
    }

    private ReplyAction PopIf(bool matches, ReplyAction action)
    {
        if (!matches)
        {
            return ReplyAction.Violation;
        }

        Pop(RequestOutcome.Succeeded);
        return action;
    }

    // An error of what was sent ahead is the client's; the rest is nobody's.
    private static ReplyAction OfReply(ReplyAction action, BackendMessageType type) => action switch
    {
        ReplyAction.Prelude => type == BackendMessageType.ErrorResponse ? ReplyAction.Forward : ReplyAction.Swallow,
        ReplyAction.ReplaceError when type == BackendMessageType.ReadyForQuery => ReplyAction.Forward,
        ReplyAction.ReplaceError => type == BackendMessageType.ErrorResponse ? action : ReplyAction.Violation,
        _ => action,
    };

    private void Pop(RequestOutcome outcome)
    {
        PopOne(outcome);
        while (_requests.Count > 0 && _requests.First.Kind == RequestKind.CopyEnd)
        {
            PopOne(RequestOutcome.Succeeded);
        }
    }

    private void PopOne(RequestOutcome outcome)
    {
        ref var request = ref _requests.First;
        if (outcome == RequestOutcome.Succeeded && request.Action is ReplyAction.Forward or ReplyAction.Synthesise)
        {
            AnsweredOfCycle++;
            IsCycleUndone &= request.Kind is RequestKind.Parse or RequestKind.Bind or RequestKind.Close;
        }

        if (request.EndsCycle)
        {
            _answeredCycles++;
        }

        if (request.Commands is { } commands)
        {
            _changes -= commands.ChangesNames ? 1 : 0;
            commands.OnEnded(outcome, statements);
        }
        else if (request.Effect != StatementEffect.None)
        {
            StatementEffects.End(request.Effect, outcome, request.Name, request.Statement, statements);
        }

        RemoveHead();
    }

    private void RemoveHead()
    {
        _clientRequests -= _requests.First.Action == ReplyAction.Swallow ? 0 : 1;
        _requests.RemoveFirst();
        _answerable = Math.Max(0, _answerable - 1);
        _upToCopy = Math.Max(0, _upToCopy - 1);
        _hasReplied = false;
    }

    // A pipeline may hold the requests of the next extended query already. The end of a COPY says nothing about it.
    private bool HasExtendedQueryNext()
    {
        var last = _requests.Count - 1;
        while (last >= 0 && _requests[last].Kind is (RequestKind.CopyEnd or RequestKind.Probe))
        {
            last--;
        }

        return last >= 0 && _requests[last].Kind is not (RequestKind.Query or RequestKind.FunctionCall or RequestKind.Sync);
    }

    private OutstandingRequest WithRerun(in OutstandingRequest request)
    {
        if (request.Action != ReplyAction.Forward)
        {
            return request;
        }

        var isAnswered = Rerun == RerunState.Answered;
        Rerun = RerunState.None;
        return isAnswered ? request with { Action = ReplyAction.Prelude } : request with { HasParameters = true };
    }
}
