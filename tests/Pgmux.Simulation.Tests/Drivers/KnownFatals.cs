using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>
/// The last words that a client may hear, from the list of PgBouncer's texts and PostgreSQL's own. Anything else that ends a
/// session is a finding.
/// </summary>
internal static class KnownFatals
{
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
        ("57P03", "the database system is ", FatalCause.ServerLogin),
        ("53300", "sorry, too many clients already", FatalCause.ServerLogin),
        ("XX000", "unknown error", FatalCause.ServerLogin | FatalCause.ServerLost),
        ("28P01", "server login failed", FatalCause.ServerLogin),
        ("28P01", "password authentication failed", FatalCause.ServerLogin | FatalCause.OwnFault),
        ("3D000", "", FatalCause.ServerLogin | FatalCause.OwnFault),
        ("53300", "query_wait_timeout", FatalCause.Timeout),
        ("57014", "query_timeout", FatalCause.Timeout),
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
        var causes = FatalCause.None;
        foreach (var (sqlState, text, cause) in All)
        {
            if (sqlState == error.SqlState && error.Message.StartsWith(text, StringComparison.Ordinal))
            {
                causes |= cause;
            }
        }

        return causes;
    }
}
