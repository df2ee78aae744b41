namespace Pgmux.Transport.Tests.Contract;

/// <summary>Fails whenever it is told something.</summary>
internal sealed class FailingObserver : IConnectionObserver
{
    public void OnPeerClosed(TransportConnection connection) => throw new InvalidOperationException("on purpose");

    public void OnDrained(TransportConnection connection) => throw new InvalidOperationException("on purpose");
}
