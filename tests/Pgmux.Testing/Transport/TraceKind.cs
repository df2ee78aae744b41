namespace Pgmux.Testing.Transport;

/// <summary>What a <see cref="TraceRecorder"/> takes down.</summary>
internal enum TraceKind
{
    /// <summary>A link came to be.</summary>
    Connected,

    /// <summary>A connect failed, or hung to its limit.</summary>
    ConnectFailed,

    /// <summary>An end took bytes.</summary>
    Bytes,

    /// <summary>An end saw FIN.</summary>
    End,

    /// <summary>An end saw RST.</summary>
    Reset,
}
