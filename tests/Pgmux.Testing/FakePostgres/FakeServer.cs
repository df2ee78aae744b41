using System.Text;
using Pgmux.Testing.Processes;
using Pgmux.Transport;
using Pgmux.Transport.Tls;

namespace Pgmux.Testing.FakePostgres;

/// <summary>One connection to the <see cref="FakePostgres"/>, after its startup packet.</summary>
internal sealed class FakeServer
{
    private readonly FakePostgres _postgres;
    private readonly TransportConnection _transport;
    private readonly PeerOutput _output;
    private readonly FaultInjector _injector;
    private readonly PostgresModel _model;
    private readonly UnsentReplies _unsent = new();
    private readonly MessageStream _unread;
    private readonly List<RawMessage> _received = [];
    private TaskCompletionSource? _waiting;
    private int _taken;
    private bool _isAnswering;

    /// <param name="postgres">What it is a part of.</param>
    /// <param name="transport">Its connection.</param>
    /// <param name="unread">What has come behind the startup packet.</param>
    /// <param name="processId">Its number.</param>
    /// <param name="startup">The startup packet.</param>
    public FakeServer(
        FakePostgres postgres, TransportConnection transport, MessageStream unread, int processId, IReadOnlyList<(string Name, string Value)> startup)
    {
        _unread = unread;
        _postgres = postgres;
        _transport = transport;
        _output = new PeerOutput(transport);
        _injector = new FaultInjector(this, _output);
        ProcessId = processId;
        Secret = RawMessages.Int32(processId * 7919);
        Startup = startup;
        Parameters = new RuntimeParameters(startup.Where(pair => pair.Name is not ("user" or "database" or "replication" or "options")), postgres.AlsoReported);
        _model = new PostgresModel(Parameters, postgres.Database);
    }

    public int ProcessId { get; }

    public byte[] Secret { get; }

    /// <summary>The parameters of the startup packet, user and database among them.</summary>
    public IReadOnlyList<(string Name, string Value)> Startup { get; }

    public string User => Startup.FirstOrDefault(pair => pair.Name == "user").Value ?? "";

    public RuntimeParameters Parameters { get; }

    /// <summary>What the other side has sent since the login.</summary>
    public IReadOnlyList<RawMessage> Received => _received;

    /// <summary>What the automatic server has executed.</summary>
    public IReadOnlyList<string> Executed => _model.Executed;

    /// <summary>The Parse messages that have come, each with its name and text, the skipped ones included.</summary>
    public IReadOnlyList<(string Name, string Sql)> Parses =>
        [.. _received.Where(message => message.Type == 'P').Select(message => Encoding.UTF8.GetString(message.Body).Split('\0')).Select(parts => (parts[0], parts[1]))];

    /// <summary>Names of the prepared statements that the automatic server keeps.</summary>
    public IReadOnlyList<string> StatementNames => _model.Statements.Names;

    /// <summary>Whether the connection is open, as far as this end knows.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>Whether a statement waits for <see cref="Release"/> or a cancel.</summary>
    public bool IsWaiting => _waiting is not null;

    /// <summary>
    /// What it did that no PostgreSQL does; null while it is to be trusted. What a client gets of such a server may be anything, and
    /// nobody else may get anything of it.
    /// </summary>
    public string? Fault => _injector.Fault;

    /// <summary>
    /// What a server that goes back to its pool must not be: in a transaction, in the middle of something, with portals, with statements
    /// under clients' names, listening; null when it is clean. Parameters are not looked at, see <see cref="ChangedParameters"/>.
    /// </summary>
    public string? DirtyState => IsWaiting ? "a statement runs" : IsCutShort ? $"{_unread.Rest} bytes of a message {(char)_unread.Unread[0]} have come" : _model.DirtyState;

    // Data of a COPY that has failed may come after its end: only what has stopped in the middle is dirt. A link that breaks takes what
    // was on its way, and the server with it: that the multiplexer has not heard of it yet is no fault of its own.
    private bool IsCutShort => _unread.Rest > 0 && Link is { PendingBytes: 0, IsBroken: false };

    // What lies below the encryption, where there is one.
    private Transport.InMemoryConnection Link => (Transport.InMemoryConnection)(_transport is TlsConnection encrypted ? encrypted.Link : _transport);

    /// <summary>Parameters whose values are not those of the login, with the present values.</summary>
    public IReadOnlyList<(string Name, string Value)> ChangedParameters => Parameters.Changed;

    /// <summary>Whether it sends nothing and reads nothing until <see cref="EndStall"/>.</summary>
    public bool IsStalled => _injector.IsStalled;

    /// <summary>Whether it says nothing any more after a fault, and stays open.</summary>
    public bool IsMute => _injector.IsMute;

    /// <summary>Whether it answers by itself.</summary>
    public bool IsAutomatic { get; set; } = true;

    /// <summary>Received messages that nobody has taken yet, by their types.</summary>
    public string TakeTypes()
    {
        var types = string.Concat(_received.Skip(_taken).Select(message => message.Type));
        _taken = _received.Count;
        return types;
    }

    /// <summary>The tables change: what was prepared so far fails with "cached plan must not change result type" until it is prepared anew.</summary>
    public void MakeStale() => _model.Statements.MakeStale();

    /// <summary>All named statements are gone, and nobody was told.</summary>
    public void ForgetStatements() => _model.Statements.DeallocateAll();

    /// <summary>Sends bytes and lets everything settle.</summary>
    public void Send(params byte[][] replies)
    {
        foreach (var reply in replies)
        {
            _output.Write(reply);
        }

        _postgres.Network.RunUntilIdle();
    }

    /// <summary>Lets the waiting statement end.</summary>
    public void Release()
    {
        ReleaseQuietly();
        _postgres.Network.RunUntilIdle();
    }

    /// <summary>The same, and lets nothing happen yet.</summary>
    public void ReleaseQuietly() => EndWait(isCancelled: false);

    /// <summary>Lets a server go on that stalls, and lets nothing happen yet.</summary>
    public void EndStall() => _injector.EndStall();

    /// <summary>
    /// The postmaster has got a cancel request for this backend: the signal. It reaches the statement that is under way, if there is one;
    /// that is the result.
    /// </summary>
    public string? Cancel()
    {
        if (IsWaiting)
        {
            EndWait(isCancelled: true);
        }
        else if (_isAnswering || _model.IsInCopyIn)
        {
            // It looks at that when it comes to it; a backend that only waits for its next message takes no notice.
            _model.IsCancelled = true;
        }
        else
        {
            return null;
        }

        return Executed.LastOrDefault();
    }

    /// <summary>Closes with FIN; what was sent still arrives.</summary>
    public void Close()
    {
        CloseQuietly();
        _postgres.Network.RunUntilIdle();
    }

    /// <summary>The same, and lets nothing happen yet.</summary>
    public void CloseQuietly()
    {
        IsOpen = false;
        _transport.Close();
        EndStall();
    }

    /// <summary>Breaks the link.</summary>
    public void Reset()
    {
        ResetQuietly();
        _postgres.Network.RunUntilIdle();
    }

    /// <summary>The same, and lets nothing happen yet.</summary>
    public void ResetQuietly()
    {
        IsOpen = false;
        Link.Reset();
        if (_transport is TlsConnection)
        {
            _transport.Abort();
        }

        EndStall();
    }

    /// <summary>The administrator's goodbye, then the end.</summary>
    public void Terminate()
    {
        TerminateQuietly();
        _postgres.Network.RunUntilIdle();
    }

    /// <summary>The same, and lets nothing happen yet.</summary>
    public void TerminateQuietly()
    {
        _output.Write(Replies.Fatal("57P01", "terminating connection due to administrator command"));
        CloseQuietly();
    }

    // What follows runs on the loop, in the middle of its turn: nothing here may run the network.
    internal async Task RefuseAsync(byte[] refusal)
    {
        await SendAsync(refusal);
        CloseQuietly();
    }

    internal async Task GreetAsync(byte[] noise, bool hasKey)
    {
        byte[][] messages =
        [
            Replies.AuthenticationOk(),
            .. Parameters.TakeReports().Select(report => Replies.ParameterStatus(report.Name, report.Value)),
            .. hasKey ? [Replies.BackendKeyData(ProcessId, Secret)] : Array.Empty<byte[]>(),
            Replies.ReadyForQuery(),
        ];
        if (_postgres.Faults is null)
        {
            _output.Write([.. noise, .. messages[0], .. noise, .. messages.Skip(1).SelectMany(message => message), .. noise]);
            return;
        }

        foreach (var message in messages)
        {
            await SendAsync(message);
        }
    }

    internal async Task ServeAsync()
    {
        while (await ReadAsync() is { } message)
        {
            _received.Add(message);
            if (IsAutomatic && !IsMute)
            {
                await AnswerAsync(message);
            }
        }

        CloseQuietly();
        EndWait(isCancelled: true);
    }

    /// <summary>The next message; null when there is none any more.</summary>
    internal async Task<RawMessage?> ReadAsync()
    {
        RawMessage? message = null;
        for (var isOver = false; IsOpen && !_unread.TryTake(out message) && !isOver;)
        {
            var result = await _transport.Input.ReadAsync();
            foreach (var segment in result.Buffer)
            {
                _unread.Append(segment.Span);
            }

            _transport.Input.AdvanceTo(result.Buffer.End);
            isOver = result.IsCompleted;
        }

        return message;
    }

    /// <summary>Sends a reply as far as the server still does, by way of the fault dial.</summary>
    internal Task SendAsync(byte[] reply) => IsOpen && !IsMute ? _injector.SendAsync(reply, _postgres.Faults) : Task.CompletedTask;

    private async Task AnswerAsync(RawMessage message)
    {
        _isAnswering = true;
        foreach (var reply in _model.Handle(message))
        {
            if (ReferenceEquals(reply, StatementRunner.Wait))
            {
                await WaitAsync();
                continue;
            }

            _unsent.Add(reply);
            if (_unsent.IsDue)
            {
                await SendUnsentAsync();
            }

            if (!IsOpen || IsMute)
            {
                return;
            }
        }

        if (UnsentReplies.IsFlush(message.Type) || _model.HasEnded)
        {
            await SendUnsentAsync();
        }

        _isAnswering = false;
        _model.IsCancelled &= _model.IsInCopyIn;
        if (_model.HasEnded)
        {
            CloseQuietly();
        }
    }

    private async Task SendUnsentAsync()
    {
        while (_unsent.TryTake(out var reply))
        {
            await SendAsync(reply);
        }
    }

    private Task WaitAsync()
    {
        if (_postgres.EndsWaits)
        {
            return Task.CompletedTask;
        }

        var waiting = _waiting = new TaskCompletionSource();
        if (_model.WaitTime is { } time)
        {
            ((Transport.SimulatedLoop)_transport.Loop).Core.AddDeadline(
                time,
                _ =>
                {
                    if (_waiting == waiting)
                    {
                        EndWait(isCancelled: false);
                    }
                },
                null);
        }

        return waiting.Task;
    }

    private void EndWait(bool isCancelled)
    {
        if (_waiting is { } waiting)
        {
            _waiting = null;
            _model.IsCancelled = isCancelled;
            waiting.SetResult();
        }
    }
}
