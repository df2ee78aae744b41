using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>A cancel request on its way over a connection of its own.</summary>
/// <param name="mux">Where to.</param>
/// <param name="target">Whose query is to be cancelled.</param>
/// <param name="isFalse">Whether the key is not the target's, so that nothing may happen.</param>
internal sealed class CancelAttempt(TestMux mux, Conversation target, bool isFalse)
{
    private readonly FakeClient _link = mux.BeginConnect();
    private bool _isSent;
    private bool _isGivenUp;

    /// <summary>Whether the connection is closed.</summary>
    public bool IsOver => _link.IsClosed || _isGivenUp;

    /// <summary>What was wrong, if anything.</summary>
    public string? Violation => _link.ReceivedBytes > 0 ? $"client {target.Expectation.Nonces.Client}: bytes on a cancel connection: {_link.Take()}" : null;

    /// <summary>Sends the request as soon as there is a connection.</summary>
    public void Observe()
    {
        if (_isSent || IsOver || !_link.IsConnected)
        {
            return;
        }

        _isSent = true;
        var (processId, key) = target.Link.CancelKey;
        if (isFalse)
        {
            _link.Write(RawMessages.CancelRequest(processId, [.. key.Select(value => (byte)~value)]));
            return;
        }

        target.Expectation.SentCancel();
        _link.Write(RawMessages.CancelRequest(processId, key));
    }

    /// <summary>Does not wait for the end of the stream.</summary>
    public void GiveUp()
    {
        _isGivenUp = true;
        _link.Leave(ConnectionEnd.Close);
    }
}
