using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>A reply that has to come.</summary>
/// <param name="Message">The reply.</param>
/// <param name="Request">Number of the message that it answers.</param>
internal readonly record struct OwedReply(RawMessage Message, int Request)
{
    /// <summary>
    /// Whether this is what came. Of an error only severity, SQLSTATE and text count: pgmux says some of PostgreSQL's itself, and knows
    /// nothing of files and lines.
    /// </summary>
    public bool Is(RawMessage got) => got.Type == Message.Type
        && (got.Type == 'E'
            ? got.Severity == Message.Severity && got.SqlState == Message.SqlState && got.Message == Message.Message
            : got.Body.AsSpan().SequenceEqual(Message.Body));
}
