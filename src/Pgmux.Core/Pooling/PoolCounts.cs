using Pgmux.Core.Servers;

namespace Pgmux.Core.Pooling;

/// <summary>How many servers of a pool stand where, and who waits.</summary>
internal sealed record PoolCounts
{
    /// <summary>Servers with a client.</summary>
    public int Active { get; private set; }

    /// <summary>Servers with a client that a cancel request has been sent to.</summary>
    public int BeingCancelled { get; private set; }

    /// <summary>Servers that may be lent.</summary>
    public int Idle { get; private set; }

    /// <summary>Servers that run the reset or check query.</summary>
    public int Tested { get; private set; }

    /// <summary>Servers that connect or log in.</summary>
    public int Connecting { get; private set; }

    /// <summary>Clients that wait.</summary>
    public int Waiting { get; init; }

    /// <summary>How long the first of them has waited.</summary>
    public TimeSpan LongestWait { get; init; }

    /// <summary>All servers.</summary>
    public int Servers => Active + BeingCancelled + Idle + Tested + Connecting;

    internal void Add(ServerState state, bool isBeingCancelled)
    {
        switch (state)
        {
            case ServerState.Connecting:
                Connecting++;
                break;
            case ServerState.Idle:
                Idle++;
                break;
            case ServerState.Leased when isBeingCancelled:
                BeingCancelled++;
                break;
            case ServerState.Leased:
                Active++;
                break;
            case ServerState.Resetting or ServerState.Testing:
                Tested++;
                break;
        }
    }
}
