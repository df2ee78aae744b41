namespace Pgmux.Integration.Tests.Differential.Generated;

/// <summary>Where a generated client's transaction block stands.</summary>
internal enum ModelTransaction
{
    /// <summary>None was begun.</summary>
    None,

    /// <summary>BEGIN was answered.</summary>
    Open,

    /// <summary>An error came since; only its end is accepted.</summary>
    Failed,
}
