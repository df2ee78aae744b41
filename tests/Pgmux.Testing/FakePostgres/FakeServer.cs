using System.Text;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Testing.FakePostgres;

/// <summary>One connection to the <see cref="FakePostgres"/>, after its startup packet.</summary>
internal sealed class FakeServer
{
    private readonly FakePostgres _postgres;
    private readonly TransportConnection _transport;
    private readonly PeerOutput _output;
    private readonly PostgresModel _model;
    private readonly List<RawMessage> _received = [];
    private MessageStream _unread = new();
    private TaskCompletionSource? _waiting;
    private int _taken;

    public FakeServer(FakePostgres postgres, TransportConnection transport, int processId, IReadOnlyList<(string Name, string Value)> startup)
    {
        _postgres = postgres;
        _transport = transport;
        _output = new PeerOutput(transport);
        ProcessId = processId;
        Secret = RawMessages.Int32(processId * 7919);
        Startup = startup;
        Parameters = new RuntimeParameters(startup.Where(pair => pair.Name is not ("user" or "database")), postgres.AlsoReported);
        _model = new PostgresModel(Parameters, postgres.Database);
    }

    public int ProcessId { get; }

    public byte[] Secret { get; }

    /// <summary>The parameters of the startup packet, user and database among them.</summary>
    public IReadOnlyList<(string Name, string Value)> Startup { get; }

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
    public string? Fault { get; private set; }

    /// <summary>
    /// What a server that goes back to its pool must not be: in a transaction, in the middle of something, with portals, with statements
    /// under clients' names, listening; null when it is clean. Parameters are not looked at, see <see cref="ChangedParameters"/>.
    /// </summary>
    public string? DirtyState => IsWaiting ? "a statement runs" : _unread.Rest > 0 ? "part of a message has come" : _model.DirtyState;

    /// <summary>Parameters whose values are not those of the login, with the present values.</summary>
    public IReadOnlyList<(string Name, string Value)> ChangedParameters => Parameters.Changed;

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
        EndWait(isCancelled: false);
        _postgres.Network.RunUntilIdle();
    }

    /// <summary>The postmaster has got a cancel request for this backend.</summary>
    public void Cancel() => EndWait(isCancelled: true);

    /// <summary>Closes with FIN; what was sent still arrives.</summary>
    public void Close()
    {
        IsOpen = false;
        _transport.Close();
        _postgres.Network.RunUntilIdle();
    }

    /// <summary>Breaks the link.</summary>
    public void Reset()
    {
        IsOpen = false;
        ((Transport.InMemoryConnection)_transport).Reset();
        _postgres.Network.RunUntilIdle();
    }

    /// <summary>The administrator's goodbye, then the end.</summary>
    public void Terminate()
    {
        Send(Replies.Fatal("57P01", "terminating connection due to administrator command"));
        Close();
    }

    // What follows runs on the loop, in the middle of its turn: nothing here may run the network.
    internal void Refuse(byte[] refusal)
    {
        _output.Write(refusal);
        IsOpen = false;
        _transport.Close();
    }

    internal void Greet(byte[] noise, bool hasKey) => _output.Write(
    [
        .. noise,
        .. Replies.AuthenticationOk(),
        .. noise,
        .. Parameters.TakeReports().SelectMany(report => Replies.ParameterStatus(report.Name, report.Value)),
        .. hasKey ? Replies.BackendKeyData(ProcessId, Secret) : [],
        .. Replies.ReadyForQuery(),
        .. noise,
    ]);

    internal async Task ServeAsync(MessageStream input)
    {
        _unread = input;
        while (IsOpen)
        {
            while (IsOpen && input.TryTake(out var message))
            {
                _received.Add(message);
                if (IsAutomatic)
                {
                    await AnswerAsync(message);
                }
            }

            var result = await _transport.Input.ReadAsync();
            foreach (var segment in result.Buffer)
            {
                input.Append(segment.Span);
            }

            _transport.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        IsOpen = false;
        _transport.Close();
        EndWait(isCancelled: true);
    }

    private async Task AnswerAsync(RawMessage message)
    {
        foreach (var reply in _model.Handle(message))
        {
            if (ReferenceEquals(reply, StatementRunner.Wait))
            {
                _waiting = new TaskCompletionSource();
                await _waiting.Task;
                continue;
            }

            _output.Write(reply);
            await _output.WhenThereIsRoom;
            if (!IsOpen)
            {
                return;
            }
        }

        if (_model.HasEnded)
        {
            IsOpen = false;
            _transport.Close();
        }
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
