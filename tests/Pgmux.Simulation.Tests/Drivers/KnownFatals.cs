using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>
/// The last words that a client may hear, from the list of PgBouncer's texts and PostgreSQL's own. Anything else that ends a
/// session is a finding.
/// </summary>
internal static class KnownFatals
{
    // What pgmux puts in place of a code and a text that a server leaves out.
    private const string UnknownState = "XX000";
    private const string UnknownText = "unknown error";

    private static readonly (string SqlState, string Text)[] Refusals =
    [
        ("57P03", "the database system is "),
        ("53300", "sorry, too many clients already"),
        ("28P01", "password authentication failed"),
    ];

    private static readonly (string SqlState, string Text, FatalCause Cause)[] All =
    [
        ("08006", "server conn crashed?", FatalCause.ServerLost),
        ("08P01", "server broke the protocol", FatalCause.ServerLost),
        ("57P01", "terminating connection due to administrator command", FatalCause.ServerLost),
        ("57P01", "server lifetime over", FatalCause.ServerLost),
        ("57P01", "database configuration changed", FatalCause.ServerLost),
        ("57P01", "cancel_wait_timeout", FatalCause.ServerLost | FatalCause.Timeout),
        ("57P02", "terminating connection because of crash of another server process", FatalCause.ServerLost),
        ("57P01", "server out of memory", FatalCause.ServerLost),
        ("08006", "server login has been failing", FatalCause.ServerLogin),
        (UnknownState, UnknownText, FatalCause.ServerLost),
        ("28P01", "server login failed", FatalCause.ServerLogin),
        ("28P01", "password authentication failed", FatalCause.OwnFault),
        ("3D000", "", FatalCause.ServerLogin | FatalCause.OwnFault),
        ("53300", "query_wait_timeout", FatalCause.Timeout),
        ("57014", "query_timeout", FatalCause.Timeout),
        ("57014", "query timeout", FatalCause.Timeout),
        ("25P04", "transaction timeout", FatalCause.Timeout),
        ("57P05", "client_idle_timeout", FatalCause.Timeout),
        ("25P03", "idle transaction timeout", FatalCause.Timeout),
        ("08P01", "client_login_timeout", FatalCause.Timeout),
        ("57P01", "server shutting down", FatalCause.Shutdown),
        ("57P03", "pooler is shutting down", FatalCause.Shutdown),
        ("57P01", "database removed", FatalCause.Shutdown),
        ("53300", "no more connections allowed", FatalCause.Limit),
        ("53300", "client connections exceeded", FatalCause.Limit),
        ("22023", "invalid server parameter", FatalCause.Parameter | FatalCause.ServerLost),
        ("28000", "", FatalCause.OwnFault),
        ("42704", "unsupported startup parameter", FatalCause.OwnFault),
        ("28P01", "SASL authentication failed", FatalCause.OwnFault),
        ("08P01", "", FatalCause.OwnFault),
        ("0A000", "", FatalCause.OwnFault),
        ("22023", "", FatalCause.OwnFault),
    ];

    /// <summary>All that may have caused it; none when nobody knows the text.</summary>
    public static FatalCause CausesOf(RawMessage error)
    {
        var causes = Array.Exists(Refusals, refusal => IsMadeOf(error, refusal)) ? FatalCause.ServerLogin : FatalCause.None;
        foreach (var (sqlState, text, cause) in All)
        {
            if (sqlState == error.SqlState && error.Message.StartsWith(text, StringComparison.Ordinal))
            {
                causes |= cause;
            }
        }

        return causes;
    }

    // A faulty server leaves out parts of its refusal, or cuts it short.
    private static bool IsMadeOf(RawMessage error, (string SqlState, string Text) refusal) =>
        (error.SqlState == refusal.SqlState || error.SqlState == UnknownState)
        && (error.Message == UnknownText
            || error.Message.StartsWith(refusal.Text, StringComparison.Ordinal)
            || refusal.Text.StartsWith(error.Message, StringComparison.Ordinal));
}
