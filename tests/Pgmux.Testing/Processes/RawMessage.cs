using System.Buffers.Binary;
using System.Text;

namespace Pgmux.Testing.Processes;

/// <summary>A message from the server side as it came: type byte and body.</summary>
internal sealed record RawMessage(char Type, byte[] Body)
{
    /// <summary>The body as text, bytes one to one.</summary>
    public string Text => Encoding.Latin1.GetString(Body);

    /// <summary>For ReadyForQuery: I, T or E.</summary>
    public char Status => (char)Body[0];

    /// <summary>For CommandComplete: the tag.</summary>
    public string Tag => Text.TrimEnd('\0');

    /// <summary>For ErrorResponse and NoticeResponse: the SQLSTATE.</summary>
    public string SqlState => Field('C');

    /// <summary>For ErrorResponse and NoticeResponse: the primary message.</summary>
    public string Message => Field('M');

    /// <summary>For ErrorResponse and NoticeResponse: the severity.</summary>
    public string Severity => Field('S');

    /// <summary>A field of ErrorResponse or NoticeResponse, "" when it is absent.</summary>
    public string Field(char code)
    {
        var field = Encoding.UTF8.GetString(Body).Split('\0').FirstOrDefault(field => field.Length > 0 && field[0] == code);
        return field is null ? "" : field[1..];
    }

    /// <summary>For DataRow: the columns as text, null for NULL.</summary>
    public IReadOnlyList<string?> Columns()
    {
        var columns = new List<string?>();
        var rest = Body.AsSpan(2);
        for (var left = BinaryPrimitives.ReadInt16BigEndian(Body); left > 0; left--)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            rest = rest[4..];
            columns.Add(length < 0 ? null : Encoding.UTF8.GetString(rest[..length]));
            rest = rest[Math.Max(length, 0)..];
        }

        return columns;
    }

    /// <summary>For ParameterDescription: the types.</summary>
    public IReadOnlyList<int> ParameterTypes() =>
        [.. Enumerable.Range(0, BinaryPrimitives.ReadInt16BigEndian(Body)).Select(n => BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(2 + (4 * n))))];

    /// <summary>For RowDescription: the names of the columns.</summary>
    public IReadOnlyList<string> ColumnNames() => [.. Fields().Select(field => field.Name)];

    /// <summary>For RowDescription: name and type OID of each column.</summary>
    public IEnumerable<(string Name, int TypeOid)> Fields()
    {
        // Behind the name: table OID (4), column number (2), type OID (4), size (2), modifier (4), format (2).
        const int FixedPart = 18;
        for (var at = 2; at < Body.Length;)
        {
            var end = Array.IndexOf(Body, (byte)0, at);
            yield return (Encoding.UTF8.GetString(Body, at, end - at), BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(end + 7)));
            at = end + 1 + FixedPart;
        }
    }

    /// <summary>Short form for traces: Z(I), C(SELECT 1), E(22012 division by zero), else the type.</summary>
    public override string ToString() => Type switch
    {
        'Z' => $"Z({Status})",
        'C' => $"C({Tag})",
        'E' or 'N' => $"{Type}({Severity} {SqlState} {Message})",
        _ => Type.ToString(),
    };
}
