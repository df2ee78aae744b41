using System.Buffers.Text;
using System.Security.Cryptography;

namespace Pgmux.Core.Statements;

/// <summary>
/// Server-side names: a prefix that no other process has, and a number that is never given twice. Lower-case letters and digits, so
/// that a name is an SQL identifier as it stands.
/// </summary>
internal sealed class StatementNames
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int RandomLetters = 8;
    private const int MostDigits = 20;

    private readonly byte[] _prefix;
    private long _last;

    public StatementNames()
    {
        _prefix = [.. "pgmux_"u8, .. RandomNumberGenerator.GetItems<char>(Alphabet, RandomLetters).Select(letter => (byte)letter), (byte)'_'];
        Nobody = [.. _prefix, .. "nobody"u8];
        Helper = [.. _prefix, .. "helper"u8];
    }

    /// <summary>What all names of this process begin with.</summary>
    public ReadOnlySpan<byte> Prefix => _prefix;

    /// <summary>A name that no statement ever has.</summary>
    public byte[] Nobody { get; }

    /// <summary>The name of what pgmux prepares for a moment, to run it as an extended query.</summary>
    public byte[] Helper { get; }

    /// <summary>The next number and its name.</summary>
    public (long Number, byte[] Name) Next()
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
