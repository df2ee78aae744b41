namespace Pgmux.Testing.Transport;

/// <summary>Two connections and what lies between them.</summary>
internal sealed class InMemoryLink
{
    private int _openEnds = 2;

    public InMemoryLink(SimulatedNetwork network, int number)
    {
        Network = network;
        Number = number;
        There = new InMemoryChannel(this, network.CapacityBytes);
        Back = new InMemoryChannel(this, network.CapacityBytes);
        There.Faults.Delay = network.LinkDelay;
        Back.Faults.Delay = network.LinkDelay;
    }

    public SimulatedNetwork Network { get; }

    /// <summary>Counted in the order in which links came to be.</summary>
    public int Number { get; }

    /// <summary>From who has connected to who has listened.</summary>
    public InMemoryChannel There { get; }

    /// <summary>The other way.</summary>
    public InMemoryChannel Back { get; }

    /// <summary>Who has connected; null once it is closed.</summary>
    public InMemoryConnection? Client => Back.Receiver;

    /// <summary>Who has listened; null once it is closed.</summary>
    public InMemoryConnection? Server => There.Receiver;

    /// <summary>Both ends see RST at once, what is on its way is lost.</summary>
    public void Break()
    {
        There.Break();
        Back.Break();
    }

    /// <summary>Ends all faults of both directions.</summary>
    public void Heal()
    {
        There.Faults.Heal();
        Back.Faults.Heal();
    }

    internal InMemoryChannel Opposite(InMemoryChannel channel) => channel == There ? Back : There;

    internal void OnEndClosed()
    {
        if (--_openEnds == 0)
        {
            Network.Remove(this);
        }
    }
}
