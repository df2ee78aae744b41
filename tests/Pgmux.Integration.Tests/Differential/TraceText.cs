using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Differential;

/// <summary>
/// Writes messages of one run as lines that hold everything but what must differ between two runs: object identifiers of the run's
/// own tables and types become numbers in the order of their coming, process ids of notifications and the place in the server's
/// source that raised an error are left out.
/// </summary>
internal sealed class TraceText
{
    /// <summary>Objects that are not part of PostgreSQL itself have identifiers from here on (FirstNormalObjectId).</summary>
    private const int FirstOwnObject = 16384;

    private readonly Dictionary<int, int> _objects = [];

    public string Line(RawMessage message) => $"{message.Type} {Body(message)}".TrimEnd();

    private string Body(RawMessage message) => message.Type switch
    {
        'E' or 'N' => ErrorFields(message.Body),
        'T' => Columns(message.Body),
        'D' => string.Join(' ', Values(message.Body)),
        't' => string.Join(' ', ParameterTypes(message.Body)),
        // NotificationResponse begins with the process id of the sender.
        'A' => Escape(message.Body.AsSpan(4)),
        _ => Escape(message.Body),
    };

    private static string ErrorFields(ReadOnlySpan<byte> body)
    {
        var text = new StringBuilder();
        while (body.Length > 1)
        {
            var end = body.IndexOf((byte)0);
            // F, L and R name the file, line and routine of the server.
            if ((char)body[0] is not ('F' or 'L' or 'R'))
            {
                text.Append(CultureInfo.InvariantCulture, $"{(char)body[0]}=\"{Escape(body[1..end])}\" ");
            }

            body = body[(end + 1)..];
        }

        return text.ToString();
    }

    private string Columns(ReadOnlySpan<byte> body)
    {
        var text = new StringBuilder();
        var count = BinaryPrimitives.ReadInt16BigEndian(body);
        body = body[2..];
        for (var column = 0; column < count; column++)
        {
            var end = body.IndexOf((byte)0);
            var name = Escape(body[..end]);
            body = body[(end + 1)..];
            // Behind the name: table OID (4), column number (2), type OID (4), size (2), modifier (4), format (2).
            text.Append(
                CultureInfo.InvariantCulture,
                $"\"{name}\" {Object(body)}.{BinaryPrimitives.ReadInt16BigEndian(body[4..])} {Object(body[6..])} {Convert.ToHexString(body[10..18])} ");
            body = body[18..];
        }

        return text.ToString();
    }

    private static List<string> Values(ReadOnlySpan<byte> body)
    {
        var values = new List<string>();
        for (var rest = body[2..]; !rest.IsEmpty;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            rest = rest[4..];
            values.Add(length < 0 ? "null" : $"\"{Escape(rest[..length])}\"");
            rest = rest[Math.Max(length, 0)..];
        }

        return values;
    }

    private List<string> ParameterTypes(ReadOnlySpan<byte> body)
    {
        var types = new List<string>();
        for (var rest = body[2..]; !rest.IsEmpty; rest = rest[4..])
        {
            types.Add(Object(rest));
        }

        return types;
    }

    private string Object(ReadOnlySpan<byte> bytes)
    {
        var identifier = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (identifier < FirstOwnObject)
        {
            return identifier.ToString(CultureInfo.InvariantCulture);
        }

        if (!_objects.TryGetValue(identifier, out var number))
        {
            number = _objects.Count + 1;
            _objects.Add(identifier, number);
        }

        return $"#{number}";
    }

    private static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
        {
            if (value is >= (byte)' ' and < 127 and not (byte)'\\' and not (byte)'"')
            {
                text.Append((char)value);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
            }
        }

        return text.ToString();
    }
}
