using System.Buffers.Binary;
using System.Globalization;
using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>Values of the console in the binary format of their type, which drivers such as Npgsql ask for.</summary>
internal static class ConsoleValue
{
    /// <summary>The bytes of a value that <paramref name="text"/> writes in text form.</summary>
    public static byte[] ToBinary(int typeOid, string text) => typeOid switch
    {
        TypeOid.Int4 => Int4(int.Parse(text, CultureInfo.InvariantCulture)),
        TypeOid.Int8 => Int8(long.Parse(text, CultureInfo.InvariantCulture)),
        TypeOid.Numeric => Numeric(long.Parse(text, CultureInfo.InvariantCulture)),

        // text has the same bytes in both formats.
        _ => WireText.Encode(text),
    };

    private static byte[] Int4(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Int8(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    // numeric_send: count of base-10000 digits, weight of the first, sign, decimals shown, digits. Whole numbers only here;
    // trailing zero digits are left out, and zero itself has none.
    private static byte[] Numeric(long value)
    {
        const int DigitBase = 10_000;
        const ushort Negative = 0x4000;
        const int HeaderBytes = 4 * sizeof(short);

        var digits = new Stack<short>();
        var weight = -1;
        for (var rest = value; rest != 0; rest /= DigitBase)
        {
            weight++;
            var digit = (short)Math.Abs(rest % DigitBase);
            if (digit != 0 || digits.Count > 0)
            {
                digits.Push(digit);
            }
        }

        var bytes = new byte[HeaderBytes + (digits.Count * sizeof(short))];
        BinaryPrimitives.WriteInt16BigEndian(bytes, (short)digits.Count);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(2), (short)Math.Max(weight, 0));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), value < 0 ? Negative : (ushort)0);
        var position = HeaderBytes;
        foreach (var digit in digits)
        {
            BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(position), digit);
            position += sizeof(short);
        }

        return bytes;
    }
}
