using System.Buffers.Binary;
using System.Text;

namespace Pgmux.Testing.FakePostgres;

/// <summary>Reads the body of a frontend message from its start to its end, with PostgreSQL's complaints about bodies that are too short or too long.</summary>
internal sealed class MessageCursor(byte[] body)
{
    private int _at;

    public byte Byte() => Take(1)[0];

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    /// <summary>How many of something follow: PostgreSQL reads that without a sign.</summary>
    public int Count() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    /// <summary>Text up to the next zero byte.</summary>
    public string String()
    {
        var length = body.AsSpan(_at).IndexOf((byte)0);
        if (length < 0)
        {
            throw PostgresErrorException.BrokenMessage("invalid string in message");
        }

        var text = Encoding.UTF8.GetString(body, _at, length);
        _at += length + 1;
        return text;
    }

    /// <summary>A value with its length ahead; null for NULL.</summary>
    public string? Value()
    {
        var length = Int32();
        return length == -1 ? null : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>The message must end here.</summary>
    public void End()
    {
        if (_at != body.Length)
        {
            throw PostgresErrorException.BrokenMessage("invalid message format");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > body.Length - _at)
        {
            throw PostgresErrorException.BrokenMessage("insufficient data left in message");
        }

        _at += count;
        return body.AsSpan(_at - count, count);
    }
}
