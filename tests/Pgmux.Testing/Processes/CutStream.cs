using System.Net.Sockets;

namespace Pgmux.Testing.Processes;

/// <summary>A socket that closes, or breaks, when so many bytes more have been written to it.</summary>
internal sealed class CutStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private long _rest = long.MaxValue;
    private bool _resets;

    /// <summary>Lets so many bytes pass and then ends the connection.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="resets">Whether it ends with RST in place of FIN.</param>
    public void CutAfter(int bytes, bool resets)
    {
        _rest = bytes;
        _resets = resets;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest > 0)
        {
            var passed = (int)Math.Min(_rest, buffer.Length);
            await base.WriteAsync(buffer[..passed], cancellationToken);
            _rest -= passed;
        }

        if (_rest == 0)
        {
            Cut();
        }
    }

    private void Cut()
    {
        if (_resets)
        {
            Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        Socket.Close();
        throw new IOException("the connection has been cut");
    }
}
