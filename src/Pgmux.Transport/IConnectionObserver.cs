namespace Pgmux.Transport;

/// <summary>Hears of a connection what no pending read or flush would tell. Called on the connection's loop.</summary>
public interface IConnectionObserver
{
    /// <summary>The peer has half-closed or reset while no read is pending; <see cref="TransportConnection.PeerState"/> says which.</summary>
    void OnPeerClosed(TransportConnection connection);

    /// <summary>The last unsent byte has been taken by the kernel, in a turn after the one that wrote it or at the end of that turn.</summary>
    void OnDrained(TransportConnection connection);
}
