using Pgmux.Core.Hosting;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;
using Pgmux.Transport.Buffers;

namespace Pgmux.Testing.Mux;

/// <summary>What a <see cref="TestMux"/> is made of.</summary>
internal sealed record TestMuxOptions
{
    /// <summary>Its configuration.</summary>
    public required PgmuxSettings Settings { get; init; }

    /// <summary>Whether clients come over the Unix socket; else from 127.0.0.1.</summary>
    public bool IsUnix { get; init; }

    /// <summary>Loops of the multiplexer; the fakes have one of their own.</summary>
    public int Loops { get; init; } = 1;

    /// <summary>What a test puts around a loop.</summary>
    public Func<SimulatedLoop, EventLoop> WrapLoop { get; init; } = static loop => loop;

    /// <summary>Decides the order of events and the pieces of receives; null keeps events in order and pieces whole.</summary>
    public int? Seed { get; init; }

    /// <summary>How the seed decides.</summary>
    public ScheduleKind Schedule { get; init; }

    /// <summary>Whether loops take note of what has come before they tell it, see <see cref="SimulatedNetwork.AnnouncesEarly"/>.</summary>
    public bool AnnouncesEarly { get; init; }

    /// <summary>Takes down what is delivered.</summary>
    public TraceRecorder? Trace { get; init; }

    /// <summary>Parts of the multiplexer.</summary>
    public MultiplexerParts Parts { get; init; } = new();

    /// <summary>Makes the buffers of each loop; null for the usual ones.</summary>
    public Func<BufferPool>? CreateBuffers { get; init; }

    /// <summary>Bytes that one direction of a link holds.</summary>
    public int CapacityBytes { get; init; } = SimulatedNetwork.UsualCapacityBytes;
}
