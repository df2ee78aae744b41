using System.Buffers;
using Microsoft.Extensions.Logging;

namespace Pgmux.Core.Diagnostics;

/// <summary>What a peer is told before its connection closes.</summary>
internal static class LastWord
{
    /// <summary>
    /// Writes it. When that fails, since memory is short, the peer is told nothing: what else there is to close must not be left undone.
    /// </summary>
    public static void TryWrite<TOutput>(ILogger logger, string connection, TOutput output, Action<TOutput> write)
        where TOutput : IBufferWriter<byte>
    {
        try
        {
            write(output);
        }
        catch (Exception failure)
        {
            DiagnosticsLog.LastWordLost(logger, failure, connection);
        }
    }
}
