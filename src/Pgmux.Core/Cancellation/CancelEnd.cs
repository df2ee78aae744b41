using Pgmux.Transport;

namespace Pgmux.Core.Cancellation;

/// <summary>How a cancel request ends: nothing is answered, and the end of the stream says that it has been dealt with.</summary>
internal static class CancelEnd
{
    /// <summary>Waits for the end; false when it was this side that ended the connection.</summary>
    public static async ValueTask<bool> WaitAsync(TransportConnection transport)
    {
        while (true)
        {
            var result = await transport.Input.ReadAsync();
            transport.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return transport.PeerState is PeerState.HalfClosed or PeerState.Reset;
            }
        }
    }
}
