using System.Buffers;
using Microsoft.Extensions.Logging;
using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>Writes the console's errors, into the log as well.</summary>
/// <param name="logger">Where events go.</param>
/// <param name="logPrefix">What stands before each of them: the client's id and names.</param>
internal sealed class ConsoleErrors(ILogger logger, string logPrefix)
{
    /// <summary>An error that leaves the connection alive.</summary>
    public void Write(IBufferWriter<byte> output, string sqlState, string message)
        => Write(output, ErrorFields.Error(sqlState, message));

    /// <inheritdoc cref="Write(IBufferWriter{byte}, string, string)"/>
    public void Write(IBufferWriter<byte> output, ErrorFields error)
    {
        AdminLog.CommandRefused(logger, logPrefix, error.Message);
        BackendMessages.WriteErrorResponse(output, error);
    }
}
