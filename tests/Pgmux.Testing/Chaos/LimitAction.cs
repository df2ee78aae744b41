namespace Pgmux.Testing.Chaos;

/// <summary>What happens when a direction has carried as many bytes as it may.</summary>
internal enum LimitAction
{
    /// <summary>Both connections are closed in good order.</summary>
    Close,

    /// <summary>Both connections are reset.</summary>
    Reset,

    /// <summary>This direction is ended with a FIN, the other goes on.</summary>
    HalfClose,

    /// <summary>Nothing further arrives, and nobody is told.</summary>
    Hold,
}
