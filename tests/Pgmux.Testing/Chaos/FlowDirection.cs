namespace Pgmux.Testing.Chaos;

/// <summary>Which way bytes travel through the proxy.</summary>
internal enum FlowDirection
{
    /// <summary>From whoever connected to the proxy towards its target.</summary>
    ToServer,

    /// <summary>From the target back.</summary>
    ToClient,
}
