namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>What a client has done.</summary>
internal sealed class ClientCounters
{
    /// <summary>Connections that were begun.</summary>
    public int Connections { get; set; }

    /// <summary>Steps of drivers that were begun.</summary>
    public int Requests { get; set; }

    /// <summary>Messages that came.</summary>
    public int Replies { get; set; }

    /// <summary>Cancel requests, the false ones included.</summary>
    public int Cancels { get; set; }

    /// <summary>Times that the protocol was broken.</summary>
    public int Mutations { get; set; }

    /// <summary>Connections that were dropped without a word.</summary>
    public int Aborts { get; set; }
}
