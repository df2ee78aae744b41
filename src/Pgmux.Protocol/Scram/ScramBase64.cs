using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Pgmux.Protocol;

/// <summary>Base64 as SCRAM wants it: padded, and without the white space that .NET's decoder lets pass.</summary>
internal static class ScramBase64
{
    private static readonly SearchValues<byte> WhiteSpace = SearchValues.Create(" \t\r\n"u8);

    /// <summary>Decodes <paramref name="text"/>; false when it is no Base64 text.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, out byte[] value)
    {
        value = [];
        if (text.ContainsAny(WhiteSpace) || text.Length % 4 != 0)
        {
            return false;
        }

        var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, buffer, out _, out var written) != OperationStatus.Done)
        {
            return false;
        }

        value = buffer.AsSpan(0, written).ToArray();
        return true;
    }

    /// <summary>Decodes text whose Base64 characters are all ASCII; anything else is refused.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] value)
    {
        value = [];
        return Ascii.IsValid(text) && TryDecode(Encoding.ASCII.GetBytes(text.ToArray()), out value);
    }
}
