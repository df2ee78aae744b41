namespace Pgmux.Core.Handover;

/// <summary>The bounds of an online restart.</summary>
internal static class HandoverLimits
{
    /// <summary>The form of the messages. A process of another form is not taken over from: pgmux says so and ends.</summary>
    public const int Format = 1;

    /// <summary>
    /// Longest message in bytes: a client's prepared statements are its bulk, and no client has more of them than a quarter of
    /// prepared_statement_memory (256 MB by default) without good reason.
    /// </summary>
    public const int MostMessageBytes = 64 * 1024 * 1024;

    /// <summary>Most bytes of prepared statements of a client that is handed over; in base64 they fit a message. Who has more stays.</summary>
    public const int MostStatementBytes = MostMessageBytes / 2;

    /// <summary>Most clients that have left their loop and wait to be sent: each holds a descriptor and its state in memory.</summary>
    public const int MostUnderWay = 1024;

    /// <summary>Most cancel requests that wait for the other process's answer, as many as wait for a peer.</summary>
    public const int MostCancels = 1024;

    /// <summary>Longest wait for the other process during the handshake: a start takes a fraction of a second.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
}
