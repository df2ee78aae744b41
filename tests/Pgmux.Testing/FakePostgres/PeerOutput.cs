using Pgmux.Transport;

namespace Pgmux.Testing.FakePostgres;

/// <summary>The sending side of a fake: takes bytes at any time, and says when the link has taken them.</summary>
internal sealed class PeerOutput(TransportConnection transport)
{
    // A writer waits for everything that was written, so that no more is written than what is being flushed.
    private const int PieceBytes = 16 * 1024;

    private readonly Queue<byte[]> _pieces = [];
    private Task _pump = Task.CompletedTask;

    /// <summary>Completes when so much has been sent that more may be written.</summary>
    public Task WhenThereIsRoom => _pump;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length > PieceBytes; bytes = bytes[PieceBytes..])
        {
            _pieces.Enqueue(bytes[..PieceBytes].ToArray());
        }

        _pieces.Enqueue(bytes.ToArray());
        if (_pump.IsCompleted)
        {
            _pump = PumpAsync();
        }
    }

    private async Task PumpAsync()
    {
        while (_pieces.TryDequeue(out var piece))
        {
            piece.CopyTo(transport.Output.GetSpan(piece.Length));
            transport.Output.Advance(piece.Length);
            await transport.Output.FlushAsync();
        }
    }
}
