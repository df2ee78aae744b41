using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos.Load;

/// <summary>
/// What a client is owed up to one ReadyForQuery, and how it comes. This is the oracle of the run: a message that is not the next one
/// owed belongs to somebody else, or was lost or invented on the way.
/// </summary>
/// <param name="session">Whose answer it is. To be created before the request is sent.</param>
/// <param name="request">For findings.</param>
/// <param name="ownError">An error that the request itself provokes.</param>
/// <param name="expected">The messages in their order, with ReadyForQuery as the last.</param>
internal sealed class Cycle(LoadSession session, string request, string? ownError, params IReadOnlyList<Expected> expected)
{
    private readonly long _cancelMark = session.Cancels.Mark();

    public Cycle(LoadSession session, string request, params IReadOnlyList<Expected> expected)
        : this(session, request, ownError: null, expected)
    {
    }

    /// <summary>How many of the expected messages have come.</summary>
    public int Met { get; private set; }

    /// <summary>The error that ended it, null when all went well.</summary>
    public RawMessage? Error { get; private set; }

    /// <summary>The transaction status that ReadyForQuery told.</summary>
    public char Status { get; private set; }

    public bool HasSucceeded => Error is null && Met == expected.Count;

    /// <summary>Reads up to ReadyForQuery.</summary>
    public async Task<Cycle> FinishAsync()
    {
        await ReadThroughAsync('Z');
        return this;
    }

    /// <summary>Reads up to a message of a type; false when an error and its ReadyForQuery came instead.</summary>
    public async Task<bool> ReadThroughAsync(char type)
    {
        while (true)
        {
            var message = await session.ReadAsync();
            switch (message.Type)
            {
                case 'S' or 'N':
                    continue;
                // A server may die between its error and its ReadyForQuery.
                case 'E' when Error is null || IsFatal(message):
                    await TakeErrorAsync(message);
                    continue;
                case 'Z' when Error is not null:
                    Status = message.Status;
                    return false;
                default:
                    break;
            }

            if (Error is not null || Met == expected.Count || !expected[Met].IsMetBy(message))
            {
                throw Crossed(message);
            }

            Met++;
            if (message.Type == 'Z')
            {
                Status = message.Status;
            }

            if (message.Type == type)
            {
                return true;
            }
        }
    }

    private async Task TakeErrorAsync(RawMessage error)
    {
        Error = error;
        session.Judge(error, _cancelMark, ownError, request);
        if (IsFatal(error))
        {
            await session.ExpectEndAsync(error);
            throw new SessionEndedException(error.ToString());
        }
    }

    private static bool IsFatal(RawMessage error) => error.Severity is "FATAL" or "PANIC";

    private SessionEndedException Crossed(RawMessage message)
    {
        var content = message.Type is 'D' ? string.Join(',', message.Columns()) : message.ToString();
        var owed = Met < expected.Count ? expected[Met].ToString() : "nothing";
        if (!session.IsAborted)
        {
            session.Report.FindCrossed($"{session.Name} was owed {owed} of {request} and got {message.Type} {content}");
        }

        return new SessionEndedException("crossed reply");
    }
}
