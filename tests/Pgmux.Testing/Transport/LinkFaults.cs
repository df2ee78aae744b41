namespace Pgmux.Testing.Transport;

/// <summary>The knobs of one direction of a link. They may be turned at any time and hold from then on.</summary>
internal sealed class LinkFaults(InMemoryChannel channel)
{
    private bool _isPaused;

    /// <summary>How long bytes, FIN and RST are on their way. What is sent later never arrives earlier.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Nothing arrives until this ends; then all that was held back does. The sender soon finds no more room.</summary>
    public bool IsPaused
    {
        get => _isPaused;
        set
        {
            _isPaused = value;
            channel.Land();
        }
    }

    /// <summary>Whether everything vanishes that is sent: bytes, FIN and RST.</summary>
    public bool IsBlackHole { get; private set; }

    /// <summary>Bytes that the sender gets rid of before the receiver takes some.</summary>
    public int CapacityBytes
    {
        get => channel.Capacity;
        set => channel.Capacity = value;
    }

    /// <summary>Whether what is sent arrives at once.</summary>
    public bool IsClear => Delay <= TimeSpan.Zero && !_isPaused && !IsBlackHole;

    /// <summary>
    /// From now on everything vanishes, what is on its way included. The sender is told nothing: its buffer fills as with bytes that
    /// nobody acknowledges. A stream with a hole does not go on, so only <see cref="Heal"/> ends this, by breaking the link.
    /// </summary>
    public void BeginBlackHole()
    {
        IsBlackHole = true;
        channel.Vanish();
    }

    /// <summary>Ends pause and delay; a link that was a black hole breaks, which both its ends see.</summary>
    public void Heal()
    {
        Delay = TimeSpan.Zero;
        IsPaused = false;
        if (IsBlackHole)
        {
            IsBlackHole = false;
            channel.Link.Break();
        }
    }
}
