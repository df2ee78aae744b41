using System.Buffers;
using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>What a command came to.</summary>
internal sealed record ConsoleAnswer
{
    /// <summary>Sent first; null is none.</summary>
    public ErrorFields? Notice { get; init; }

    /// <summary>The result; null when the command has none.</summary>
    public ConsoleTable? Table { get; init; }

    /// <summary>The tag of CommandComplete.</summary>
    public string Tag { get; init; } = "";

    /// <summary>The error instead of all that; null when it went well.</summary>
    public ErrorFields? Error { get; init; }

    /// <summary>The process ends and the answer is the end of the connection, as PgBouncer's SHUTDOWN does it.</summary>
    public bool IsSilent { get; init; }

    /// <summary>It went well, with nothing to show.</summary>
    public static ConsoleAnswer Done(string tag) => new() { Tag = tag };

    /// <summary>It went well, with a result.</summary>
    public static ConsoleAnswer Show(ConsoleTable table) => new() { Tag = "SHOW", Table = table };

    /// <summary>It did not go well; the console's own errors have PgBouncer's code unless another is named.</summary>
    public static ConsoleAnswer Failed(string message, string sqlState = SqlState.ProtocolViolation)
        => new() { Error = ErrorFields.Error(sqlState, message) };

    /// <summary>Writes the notice, when there is one.</summary>
    public void WriteNotice(IBufferWriter<byte> output)
    {
        if (Notice is { } notice)
        {
            BackendMessages.WriteNoticeResponse(output, notice);
        }
    }
}
