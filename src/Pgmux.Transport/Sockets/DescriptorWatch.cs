namespace Pgmux.Transport.Sockets;

/// <summary>
/// A loop's watch over a descriptor that is no connection yet: one that listens or is being connected. Its target hears of each change
/// once.
/// </summary>
internal abstract class DescriptorWatch
{
    /// <summary>Ends the watch; the descriptor stays open.</summary>
    public abstract void Stop();

    /// <summary>Ends the watch and closes the descriptor.</summary>
    public abstract void Close();
}
