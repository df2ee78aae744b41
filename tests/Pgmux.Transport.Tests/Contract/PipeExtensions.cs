using System.Buffers;
using System.IO.Pipelines;

namespace Pgmux.Transport.Tests.Contract;

internal static class PipeExtensions
{
    /// <summary>Reads exactly so many bytes.</summary>
    public static async Task<byte[]> ReadExactlyAsync(this PipeReader reader, int count)
    {
        var result = await reader.ReadAtLeastAsync(count);
        var bytes = result.Buffer.Slice(0, Math.Min(count, result.Buffer.Length)).ToArray();
        reader.AdvanceTo(result.Buffer.GetPosition(bytes.Length));
        return bytes;
    }

    /// <summary>Reads until the peer has finished, and returns everything.</summary>
    public static async Task<byte[]> ReadToEndAsync(this PipeReader reader)
    {
        var all = new ArrayBufferWriter<byte>();
        while (true)
        {
            var result = await reader.ReadAsync();
            foreach (var piece in result.Buffer)
            {
                all.Write(piece.Span);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return all.WrittenSpan.ToArray();
            }
        }
    }

    /// <summary>Sends back what comes until the peer has finished; then closes.</summary>
    public static async Task EchoAsync(this TransportConnection connection)
    {
        while (true)
        {
            var result = await connection.Input.ReadAsync();
            foreach (var piece in result.Buffer)
            {
                connection.Output.Write(piece.Span);
            }

            connection.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                connection.Close();
                return;
            }

            await connection.Output.FlushAsync();
        }
    }
}
