namespace Pgmux.Testing.Transport;

/// <summary>How one direction of a link has ended, for whoever looks at it.</summary>
internal enum ChannelEnd
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>With FIN, behind all bytes.</summary>
    Finished,

    /// <summary>With RST.</summary>
    Reset,
}
