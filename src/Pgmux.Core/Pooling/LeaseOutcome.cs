namespace Pgmux.Core.Pooling;

/// <summary>Why a client that waited for a server got none.</summary>
internal enum LeaseOutcome
{
    /// <summary>query_wait_timeout has passed.</summary>
    WaitTimedOut,

    /// <summary>The server refused the login for good; the answer carries its words.</summary>
    LoginRefused,

    /// <summary>Logins have been failing and none is being tried now.</summary>
    LoginFailing,

    /// <summary>The database is no longer in the configuration.</summary>
    DatabaseRemoved,

    /// <summary>pgmux stops.</summary>
    ShuttingDown,
}
