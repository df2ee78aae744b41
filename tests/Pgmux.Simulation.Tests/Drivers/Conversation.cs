using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>One connection of a client from its making to its end: what a driver says on it, and what must come back.</summary>
internal sealed class Conversation : IDriverView
{
    // Cycles that even a client without patience leaves unanswered: drivers bound their pipelines, too.
    private const int MostUnansweredSteps = 12;

    private readonly FakeClient _link;
    private readonly ClientIdentity _identity;
    private readonly (string Name, string Value)[] _startup;
    private readonly IEnumerator<DriverStep> _steps;
    private readonly OutgoingMessages _outgoing = new();
    private readonly List<RawMessage> _completed = [];
    private DriverWait _wait;
    private int _unansweredSteps;
    private bool _hasCopied;
    private int _replies;

    public Conversation(TestMux mux, Nonces nonces, ClientIdentity identity, Func<IDriverView, Driver> driver, params (string Name, string Value)[] startup)
    {
        _link = mux.BeginConnect();
        _identity = identity;
        _startup = startup;
        Expectation = new Expectation(nonces, startup);
        Driver = driver(this);
        _steps = Driver.Run().GetEnumerator();
    }

    public Expectation Expectation { get; }

    public Driver Driver { get; }

    public ConversationState State { get; private set; }

    /// <summary>The connection.</summary>
    public FakeClient Link => _link;

    /// <summary>Bytes that the driver wants to send and that are not written.</summary>
    public int UnsentBytes => _outgoing.Bytes;

    /// <summary>Whether the next step of the driver may be taken up without being rude.</summary>
    public bool IsReadyForStep => State == ConversationState.Talking && _outgoing.Bytes == 0 && Link.HasSent
        && (_wait == DriverWait.None ? _unansweredSteps < MostUnansweredSteps : Expectation.IsAnswered);

    /// <summary>Whether somebody who does not like to wait may go on, too.</summary>
    public bool MayHurry => State == ConversationState.Talking && _outgoing.Bytes == 0 && Link.HasSent
        && _wait != DriverWait.Permission && _unansweredSteps < MostUnansweredSteps;

    public char Status => Expectation.Status;

    public bool HasFailed { get; private set; }

    public bool IsSuspended { get; private set; }

    public bool IsInCopy { get; private set; }

    /// <summary>Takes note of what has come.</summary>
    public void Observe()
    {
        if (State == ConversationState.Connecting && _link.IsConnected)
        {
            State = ConversationState.LoggingIn;
            _outgoing.Add(RawMessages.Startup([("user", _identity.User), ("database", _identity.Database), .. _startup]));
        }

        foreach (var message in _link.TakeReplies())
        {
            OnReply(message);
        }

        if (_link.IsClosed && State != ConversationState.Over)
        {
            State = ConversationState.Over;
            OnEnd();
        }
    }

    /// <summary>Messages that came since the last call.</summary>
    public int TakeReplyCount()
    {
        var replies = _replies;
        _replies = 0;
        return replies;
    }

    /// <summary>Takes up the driver's next step.</summary>
    public void BeginStep()
    {
        _steps.MoveNext();
        var step = _steps.Current;
        (HasFailed, IsSuspended, IsInCopy) = (false, false, false);
        _unansweredSteps = Expectation.IsAnswered ? 1 : _unansweredSteps + 1;
        _wait = step.Wait;
        _hasCopied |= _wait == DriverWait.Permission;
        Add(step.Messages);
    }

    /// <summary>Puts messages behind what is still to be written.</summary>
    public void Add(params IEnumerable<byte[]> messages)
    {
        foreach (var message in messages)
        {
            _outgoing.Add(message);
        }
    }

    /// <summary>Writes so many of the bytes that are to be sent.</summary>
    public void Write(int bytes)
    {
        _link.Write(_outgoing.Take(bytes, _completed));
        foreach (var message in _completed)
        {
            if (State is ConversationState.Talking or ConversationState.Leaving)
            {
                Expectation.Sent(message);
            }
        }

        _completed.Clear();
        Expectation.HasBegunMessage = _outgoing.IsMidMessage;
    }

    public void WriteAll() => Write(_outgoing.Bytes);

    /// <summary>Says goodbye, behind whatever is half said.</summary>
    public void Terminate()
    {
        _outgoing.DropUnbegun();
        _outgoing.Add(RawMessages.Terminate());
        State = ConversationState.Leaving;
        WriteAll();
    }

    /// <summary>Drops the connection at this end.</summary>
    public void Leave(ConnectionEnd end)
    {
        Expectation.LeftAbruptly();
        _link.Leave(end);
        State = end == ConnectionEnd.HalfClose && _link.IsConnected ? ConversationState.Leaving : ConversationState.Over;
    }

    /// <summary>Breaks the protocol: what is sent from here on is answered as pgmux likes.</summary>
    public void Break(SessionMutator mutator)
    {
        var mutation = mutator.Next(_outgoing.TakeNext() ?? RawMessages.Query($"SELECT {Expectation.Nonces.Next()}"));
        Expectation.BecameLawless(mutation.Bytes);
        _link.Write(mutation.Bytes);
        if (mutation.Closes)
        {
            Leave(ConnectionEnd.Close);
        }
    }

    /// <summary>
    /// Says what is left of the message that was begun and ends cycle and transaction, whatever they are in.
    /// </summary>
    public void EndTransaction()
    {
        _outgoing.DropUnbegun();
        // Outside of COPY its end is ignored.
        Add([.. _hasCopied ? [RawMessages.CopyFail("at the end")] : Array.Empty<byte[]>(), RawMessages.Sync(), RawMessages.Query("ROLLBACK")]);
        WriteAll();
    }

    private void OnReply(RawMessage message)
    {
        _replies++;
        Expectation.Received(message);
        HasFailed |= message.Type == 'E';
        IsSuspended |= message.Type == 's';
        IsInCopy |= message.Type == 'G';
        if (State == ConversationState.LoggingIn && Expectation.State is ExpectationState.Exact or ExpectationState.Loose)
        {
            State = ConversationState.Talking;
        }
    }

    private void OnEnd()
    {
        // A connection that was never made has nothing to say.
        if (_link.IsConnected)
        {
            Expectation.Closed(_link.Incomplete);
        }

        if (_link.Fault is not (null or ConnectException))
        {
            Expectation.Fail(_link.Fault);
        }
    }
}
