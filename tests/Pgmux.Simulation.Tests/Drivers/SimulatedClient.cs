using Pgmux.Testing.Mux;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>
/// One client as an actor of a simulation: each step does one small thing and lets nothing happen yet. When its connection has ended it
/// comes back as a new client, with a number of its own.
/// </summary>
/// <param name="mux">Where it connects to.</param>
/// <param name="cast">Numbers and drivers.</param>
/// <param name="temperament">How it behaves.</param>
/// <param name="identity">As whom it logs in.</param>
internal sealed class SimulatedClient(TestMux mux, ClientCast cast, Temperament temperament, ClientIdentity identity) : ISimulatedActor
{
    private const int AllSteps = 1000;

    // Requests to cancel that one client has under way: more than one, since they race with each other, too.
    private const int MostCancels = 3;

    private readonly List<string> _violations = [];
    private readonly List<CancelAttempt> _cancels = [];
    private readonly List<string> _acknowledged = [];
    private bool _isFinishing;
    private bool _isIdlingAtTheEnd;
    private bool _hasSaidLast;

    public Temperament Temperament => temperament;

    /// <summary>The connection of the moment; null before the first.</summary>
    public Conversation? Conversation { get; private set; }

    /// <summary>What the connection of the moment has to hear; null before the first.</summary>
    public Expectation? Expectation => Conversation?.Expectation;

    /// <summary>What was wrong on all its connections.</summary>
    public IReadOnlyList<string> Violations => _violations;

    public ClientCounters Counters { get; } = new();

    /// <summary>Rows of the ledger that it was told are committed.</summary>
    public IEnumerable<string> Acknowledged => _acknowledged.Concat(Expectation?.Acknowledged ?? []);

    /// <summary>Whether it may stay idle at the end, and not only say Terminate.</summary>
    public bool MayStay { get; init; } = true;

    /// <summary>What may end its sessions without a fault of their servers.</summary>
    public FatalCause Allowed { get; set; }

    /// <summary>The server of its connection has been given a fault.</summary>
    public void Taint() => Expectation?.IsTainted = true;

    /// <summary>Whether, after <see cref="Finish"/>, it has been served or told and waits for nothing.</summary>
    public bool IsSettled => _isFinishing && _cancels.Count == 0
        && (Conversation is null or { State: ConversationState.Over }
            || (_isIdlingAtTheEnd && _hasSaidLast && Conversation.UnsentBytes == 0 && Expectation!.IsAnswered));

    /// <summary>Does one thing.</summary>
    public void Step(Random random)
    {
        Observe();
        if (_isFinishing || random.Next(AllSteps) < temperament.Idles)
        {
            return;
        }

        if (Conversation is null or { State: ConversationState.Over })
        {
            Connect(random);
        }
        else if (!TryMisbehave(random, Conversation))
        {
            Advance(random, Conversation);
        }
    }

    /// <summary>Takes note of what has come; nothing else changes.</summary>
    public void Observe()
    {
        Conversation?.Observe();
        foreach (var cancel in _cancels)
        {
            cancel.Observe();
            if (cancel is { IsOver: true, Violation: { } violation })
            {
                _violations.Add(violation);
            }
        }

        _cancels.RemoveAll(cancel => cancel.IsOver);
        Collect();
        if (_isFinishing)
        {
            SayLast();
        }
    }

    /// <summary>
    /// Ends its transaction and then stays idle or says Terminate, as soon as it can; <see cref="Observe"/> goes on with that. A client
    /// of which nothing is known any more drops its connection.
    /// </summary>
    public void Finish(Random random)
    {
        _isFinishing = true;
        _isIdlingAtTheEnd = random.Next(2) == 0 && MayStay;
        _cancels.ForEach(cancel => cancel.GiveUp());
        Observe();
    }

    public override string ToString() =>
        $"client {Conversation?.Expectation.Nonces.Client} ({temperament.Name}, {Conversation?.Driver.Name}, {Conversation?.State}, {Expectation?.State})";

    private void Connect(Random random)
    {
        _acknowledged.AddRange(Expectation?.Acknowledged ?? []);
        var nonces = cast.NewNonces();
        (string, string)[] startup = random.Next(3) switch
        {
            0 => [("application_name", nonces.Next())],
            1 => [("TimeZone", "Europe/Berlin"), ("application_name", nonces.Next())],
            _ => [],
        };
        Conversation = new Conversation(mux, nonces, identity, view => cast.NewDriver(random, nonces, view), startup);
        Conversation.Expectation.SharesStatements = !cast.HasStatements;
        Conversation.Expectation.Allowed = Allowed;
        Counters.Connections++;
    }

    // What depends on the temperament: true when that was the step.
    private bool TryMisbehave(Random random, Conversation conversation)
    {
        var lot = random.Next(AllSteps);
        if ((lot -= temperament.Aborts) < 0)
        {
            Abort(random, conversation);
        }
        else if ((lot -= temperament.Terminates) < 0)
        {
            if (conversation.State != ConversationState.Talking)
            {
                return false;
            }

            conversation.Terminate();
            conversation.Link.SetReading(true);
        }
        else if ((lot -= temperament.Pauses) < 0)
        {
            conversation.Link.SetReading(false);
        }
        else if ((lot -= temperament.Mutations) < 0)
        {
            if (conversation.State != ConversationState.Talking)
            {
                return false;
            }

            conversation.Break(new SessionMutator(random, conversation.Expectation.Nonces));
            Counters.Mutations++;
        }
        else if ((lot -= temperament.FalseCancels) < 0)
        {
            Cancel(conversation, isFalse: true);
        }
        else if ((lot - temperament.Cancels) < 0 && conversation.State == ConversationState.Talking && !conversation.Expectation.IsAnswered)
        {
            Cancel(conversation, isFalse: false);
        }
        else
        {
            return false;
        }

        return true;
    }

    private void Advance(Random random, Conversation conversation)
    {
        if (!conversation.Link.IsReading)
        {
            conversation.Link.SetReading(true);
        }
        else if (conversation.UnsentBytes > 0 && conversation.State is ConversationState.LoggingIn or ConversationState.Talking)
        {
            var isCut = random.Next(AllSteps) < temperament.Cuts;
            conversation.Write(isCut ? random.Next(1, conversation.UnsentBytes + 1) : conversation.UnsentBytes);
        }
        else if (conversation.IsReadyForStep || (conversation.MayHurry && random.Next(AllSteps) < temperament.SkipsWaits))
        {
            conversation.BeginStep();
            Counters.Requests++;
        }
    }

    private void Abort(Random random, Conversation conversation)
    {
        Counters.Aborts++;
        if (conversation.UnsentBytes > 0 && conversation.Link.IsConnected)
        {
            conversation.Write(random.Next(conversation.UnsentBytes + 1));
        }

        conversation.Link.SetReading(true);
        conversation.Leave(random.Next(3) switch { 0 => ConnectionEnd.Reset, 1 => ConnectionEnd.HalfClose, _ => ConnectionEnd.Close });
    }

    private void Cancel(Conversation conversation, bool isFalse)
    {
        if (_cancels.Count < MostCancels && conversation.State == ConversationState.Talking)
        {
            _cancels.Add(new CancelAttempt(mux, conversation, isFalse));
            Counters.Cancels++;
        }
    }

    private void Collect()
    {
        if (Conversation is { } conversation)
        {
            _violations.AddRange(conversation.Expectation.TakeViolations().Select(violation => $"{temperament.Name} {conversation.Driver.Name}, {violation}"));
            Counters.Replies += conversation.TakeReplyCount();
        }
    }

    private void SayLast()
    {
        if (_hasSaidLast || Conversation is not { State: not ConversationState.Over } conversation)
        {
            return;
        }

        conversation.Link.SetReading(true);
        switch (conversation.State)
        {
            case ConversationState.LoggingIn when conversation.UnsentBytes > 0:
                conversation.WriteAll();
                break;
            case ConversationState.Talking when conversation.Expectation.State == ExpectationState.Exact:
                _hasSaidLast = true;
                conversation.EndTransaction();
                if (!_isIdlingAtTheEnd)
                {
                    conversation.Terminate();
                }

                break;
            case ConversationState.Talking:
            case ConversationState.Leaving when conversation.Expectation.State == ExpectationState.Loose:
                // Nobody knows what it still waits for, and a server may wait for the rest of its message.
                conversation.Leave(ConnectionEnd.Close);
                break;
            case ConversationState.Leaving:
                _hasSaidLast = true;
                break;
        }
    }
}
