using System.Buffers.Binary;

namespace Pgmux.Protocol;

/// <summary>Parse (frontend): prepares a statement. Valid as long as the body it was read from.</summary>
public readonly ref struct Parse
{
    private readonly ReadOnlySpan<byte> _types;

    private Parse(ReadOnlySpan<byte> name, ReadOnlySpan<byte> query, ReadOnlySpan<byte> types)
    {
        Name = name;
        Query = query;
        _types = types;
    }

    /// <summary>Name of the statement; empty for the unnamed one.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>Its text.</summary>
    public ReadOnlySpan<byte> Query { get; }

    /// <summary>How many parameter types are given; the statement may have more parameters.</summary>
    public int ParameterTypeCount => _types.Length / sizeof(int);

    /// <summary>Type of a parameter; 0 leaves it to the server.</summary>
    public int GetParameterType(int index) => BinaryPrimitives.ReadInt32BigEndian(_types.Slice(index * sizeof(int), sizeof(int)));

    /// <summary>Reads the whole message.</summary>
    /// <exception cref="ProtocolViolationException">A terminator is missing, or the types do not fit their count.</exception>
    public static Parse Read(ref PayloadReader body)
    {
        var name = body.ReadCString();
        var query = body.ReadCString();

        // The count is unsigned: a statement may have 65,535 parameters.
        var count = (ushort)(body.ReadInt16() & ushort.MaxValue);
        var types = body.ReadBytes(count * sizeof(int));
        body.ExpectEnd();
        return new Parse(name, query, types);
    }

    /// <summary>
    /// Splits a whole body into the name and what defines the statement: text, zero, count and parameter types. False when the body is
    /// not as long as it says or a terminator is missing: the server's answer to that is an error that leaves the connection alive.
    /// </summary>
    public static bool TrySplit(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> definition)
    {
        name = definition = default;
        var nameLength = body.IndexOf((byte)0);
        if (nameLength < 0)
        {
            return false;
        }

        var rest = body[(nameLength + 1)..];
        var textLength = rest.IndexOf((byte)0);
        if (textLength < 0 || rest.Length - textLength - 1 < sizeof(ushort))
        {
            return false;
        }

        var types = rest[(textLength + 1)..];
        name = body[..nameLength];
        definition = rest;
        return types.Length - sizeof(ushort) == BinaryPrimitives.ReadUInt16BigEndian(types) * sizeof(int);
    }

    /// <summary>
    /// Reads the name alone from as much of the body as has arrived. False when the name goes on in what is still to come.
    /// </summary>
    /// <exception cref="ProtocolViolationException">The body is complete and the name has no terminator.</exception>
    public static bool TryReadName(ReadOnlySpan<byte> arrived, bool isComplete, out ReadOnlySpan<byte> name)
    {
        var head = new MessageHead(arrived, isComplete);
        return head.TryReadCString(out name);
    }
}
