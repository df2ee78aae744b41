using Pgmux.Core.Authentication;

namespace Pgmux.Core.Clients.UserLookup;

/// <summary>What is known of one user: the last answer, and the query that is under way. Guarded by the lock of <see cref="AuthQueryCache"/>.</summary>
internal sealed class AuthQueryEntry(AuthQueryKey key)
{
    /// <summary>Whom it is about.</summary>
    public AuthQueryKey Key { get; } = key;

    /// <summary>The last answer; null before the first.</summary>
    public AuthQueryAnswer? Answer { get; set; }

    /// <summary>When the query of the last answer was begun, in ticks of the loops' clock: what came later it may not know.</summary>
    public long AskedAt { get; set; }

    /// <summary>The query that is under way, which all logins of the user share; null when there is none.</summary>
    public AuthQueryFlight? Flight { get; set; }

    /// <summary>How often it may be asked.</summary>
    public AuthQueryAllowance Allowance;

    /// <summary>Its place among the answers, by age; null without an answer.</summary>
    public LinkedListNode<AuthQueryEntry>? Node { get; set; }
}
