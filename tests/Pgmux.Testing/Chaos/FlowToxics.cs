namespace Pgmux.Testing.Chaos;

/// <summary>What is wrong with one direction of a connection. Everything can be changed while bytes travel.</summary>
internal sealed record FlowToxics
{
    /// <summary>A direction that only forwards.</summary>
    public static readonly FlowToxics None = new();

    /// <summary>How long every byte is under way.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Added to the latency at random, from nothing up to this. The order of the bytes stays.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Throughput; 0 is unlimited.</summary>
    public int BytesPerSecond { get; init; }

    /// <summary>The size of the pieces that arrive at the other end; 0 leaves them as they are.</summary>
    public int SliceBytes { get; init; }

    /// <summary>How many bytes may pass, counted from when this was applied.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>What happens behind the last byte of the limit.</summary>
    public LimitAction AtLimit { get; init; }

    /// <summary>Nothing arrives until this is taken back, then all of it; the sender is slowed by TCP's window in between.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Bytes are taken and thrown away from now on, without a FIN.</summary>
    public bool IsDiscarding { get; init; }

    /// <summary>How much later than the last byte the end of the stream arrives.</summary>
    public TimeSpan CloseDelay { get; init; }
}
