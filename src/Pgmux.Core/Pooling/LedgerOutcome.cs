namespace Pgmux.Core.Pooling;

/// <summary>Whether a limit leaves room for one connection more.</summary>
internal enum LedgerOutcome
{
    /// <summary>It does, and the connection is counted.</summary>
    Added,

    /// <summary>The database has as many as it may.</summary>
    DatabaseFull,

    /// <summary>The user has as many as it may.</summary>
    UserFull,
}
