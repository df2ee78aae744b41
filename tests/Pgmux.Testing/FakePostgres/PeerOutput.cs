using Pgmux.Transport;

namespace Pgmux.Testing.FakePostgres;

/// <summary>The sending side of a fake: takes bytes at any time, and says when the link has room again.</summary>
internal sealed class PeerOutput(TransportConnection transport)
{
    private Task _flush = Task.CompletedTask;

    /// <summary>Completes when so much has been sent that more may be written.</summary>
    public Task WhenThereIsRoom => _flush;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        bytes.CopyTo(transport.Output.GetSpan(bytes.Length));
        transport.Output.Advance(bytes.Length);
        if (_flush.IsCompleted)
        {
            _flush = FlushAsync();
        }
    }

    private async Task FlushAsync()
    {
        do
        {
            await transport.Output.FlushAsync();
        }
        while (transport.Output.UnflushedBytes > 0);
    }
}
