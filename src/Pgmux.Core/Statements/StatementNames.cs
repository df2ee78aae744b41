using System.Buffers.Text;
using System.Security.Cryptography;

namespace Pgmux.Core.Statements;

/// <summary>
/// Server-side names: a prefix that no other process has, and a number that is never given twice. Lower-case letters and digits, so
/// that a name is an SQL identifier as it stands.
/// </summary>
internal class StatementNames
{
    private const int RandomLetters = 8;
    private const int MostDigits = 20;

    /// <summary>Stands for <see cref="Nobody"/> where numbers are looked for.</summary>
    public const long NobodysNumber = 0;

    private readonly byte[] _prefix;
    private long _last;

    public StatementNames()
    {
        _prefix = [.. "pgmux_"u8, .. RandomNumberGenerator.GetItems(Alphabet, RandomLetters), (byte)'_'];
        Nobody = [.. _prefix, .. "nobody"u8];
        Portal = [.. _prefix, .. "portal"u8];
    }

    private static ReadOnlySpan<byte> Alphabet => "abcdefghijklmnopqrstuvwxyz234567"u8;

    /// <summary>What all names of this process begin with.</summary>
    public ReadOnlySpan<byte> Prefix => _prefix;

    /// <summary>A name that no statement ever has.</summary>
    public byte[] Nobody { get; }

    /// <summary>The name of a portal that pgmux itself uses for a moment.</summary>
    public byte[] Portal { get; }

    /// <summary>The next number and its name.</summary>
    public virtual (long Number, byte[] Name) Next()
    {
        var number = Interlocked.Increment(ref _last);
        Span<byte> digits = stackalloc byte[MostDigits];
        Utf8Formatter.TryFormat(number, digits, out var length);
        return (number, [.. _prefix, .. digits[..length]]);
    }

    /// <summary>Finds the first name of a statement in a text.</summary>
    /// <returns>Whether there is one; <paramref name="start"/> and <paramref name="length"/> say where, <paramref name="number"/> which.</returns>
    public bool TryFind(ReadOnlySpan<byte> text, out int start, out int length, out long number)
    {
        for (start = 0; text[start..].IndexOf(_prefix) is >= 0 and var distance; start += _prefix.Length)
        {
            start += distance;
            if (text[start..].StartsWith(Nobody))
            {
                length = Nobody.Length;
                number = NobodysNumber;
                return true;
            }

            if (Utf8Parser.TryParse(text[(start + _prefix.Length)..], out number, out var digits))
            {
                length = _prefix.Length + digits;
                return true;
            }
        }

        length = 0;
        number = 0;
        return false;
    }
}
