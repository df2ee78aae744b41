using System.Buffers;
using System.Buffers.Text;
using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>
/// Puts a client's own names of prepared statements into errors of its server, and corrects the position in a text that reached the server
/// with other names.
/// </summary>
internal sealed class ErrorRewriter(StatementNames names)
{
    private const int MostDigits = 11;

    /// <summary>Writes the error as the client is to see it. False when that is as the server has sent it.</summary>
    /// <param name="output">Where the client's replies go.</param>
    /// <param name="statements">The client's names; null when it has none.</param>
    /// <param name="body">The whole body of ErrorResponse.</param>
    /// <param name="failed">The request that it answers.</param>
    public bool TryTell(IBufferWriter<byte> output, ClientStatements? statements, ReadOnlySpan<byte> body, in OutstandingRequest failed)
    {
        var commands = failed.Commands ?? failed.Statement?.Commands;
        if (commands is null && body.IndexOf(names.Prefix) < 0)
        {
            return false;
        }

        var told = new ArrayBufferWriter<byte>(body.Length);
        var rest = body;
        while (!rest.IsEmpty && rest[0] != 0 && rest.IndexOf((byte)0) is > 0 and var end)
        {
            var value = rest[1..end];
            told.Write(rest[..1]);
            if (rest[0] == (byte)ErrorFieldCode.Position && commands is not null
                && Utf8Parser.TryParse(value, out int position, out var digits) && digits == value.Length)
            {
                Write(told, commands.OriginalPosition(position));
            }
            else
            {
                Write(told, value, statements, failed);
            }

            told.Write<byte>([0]);
            rest = rest[(end + 1)..];
        }

        told.Write(rest);
        BackendMessages.WriteRaw(output, BackendMessageType.ErrorResponse, told.WrittenSpan);
        return true;
    }

    private void Write(ArrayBufferWriter<byte> told, ReadOnlySpan<byte> value, ClientStatements? statements, in OutstandingRequest failed)
    {
        while (names.TryFind(value, out var start, out var length, out var number))
        {
            told.Write(value[..start]);
            told.Write(NameOf(number, statements, failed) ?? value.Slice(start, length));
            value = value[(start + length)..];
        }

        told.Write(value);
    }

    // First what the request itself says: several names may stand for one statement.
    private static byte[]? NameOf(long number, ClientStatements? statements, in OutstandingRequest failed)
    {
        if (failed.Name is { } name && (number == StatementNames.NobodysNumber || failed.Statement?.Number == number))
        {
            return name.Name;
        }

        return (failed.Commands ?? failed.Statement?.Commands)?.NameOf(number) ?? statements?.NameOf(number);
    }

    private static void Write(ArrayBufferWriter<byte> told, int number)
    {
        Utf8Formatter.TryFormat(number, told.GetSpan(MostDigits), out var length);
        told.Advance(length);
    }
}
