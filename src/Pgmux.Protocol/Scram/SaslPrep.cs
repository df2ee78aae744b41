using System.Text;
using System.Text.Unicode;

namespace Pgmux.Protocol;

/// <summary>
/// SASLprep (RFC 4013): brings passwords that look the same to the same bytes. As in PostgreSQL, a password that it refuses or that is
/// no UTF-8 is used as it is: the server may run in any encoding.
/// </summary>
internal static class SaslPrep
{
    /// <summary>The bytes of the password that SCRAM hashes.</summary>
    public static byte[] Prepare(ReadOnlySpan<byte> password)
    {
        // PostgreSQL takes ASCII as it is too, control characters included.
        if (Ascii.IsValid(password) || !Utf8.IsValid(password))
        {
            return password.ToArray();
        }

        return TryPrepare(Encoding.UTF8.GetString(password), out var prepared)
            ? Encoding.UTF8.GetBytes(prepared)
            : password.ToArray();
    }

    private static bool TryPrepare(string password, out string prepared)
    {
        prepared = "";
        var mapped = Map(password);
        if (mapped.Count == 0 || !IsAllowed(mapped))
        {
            return false;
        }

        var text = new StringBuilder();
        foreach (var codePoint in CompatibilityComposition.Normalize(mapped))
        {
            text.Append(new Rune(codePoint).ToString());
        }

        prepared = text.ToString();
        return true;
    }

    private static List<int> Map(string password)
    {
        var tables = SaslPrepTables.Instance;
        var mapped = new List<int>(password.Length);
        foreach (var rune in password.EnumerateRunes())
        {
            if (tables.Spaces.Contains(rune.Value))
            {
                mapped.Add(' ');
            }
            else if (!tables.Nothing.Contains(rune.Value))
            {
                mapped.Add(rune.Value);
            }
        }

        return mapped;
    }

    /// <summary>
    /// The checks of RFC 3454, sections 5 to 7, before normalization: PostgreSQL does them there, and the stored secrets are its work.
    /// </summary>
    private static bool IsAllowed(List<int> codePoints)
    {
        var tables = SaslPrepTables.Instance;
        if (codePoints.Exists(codePoint => tables.Prohibited.Contains(codePoint) || tables.Unassigned.Contains(codePoint)))
        {
            return false;
        }

        return !codePoints.Exists(tables.RightToLeft.Contains)
            || (!codePoints.Exists(tables.LeftToRight.Contains)
                && tables.RightToLeft.Contains(codePoints[0])
                && tables.RightToLeft.Contains(codePoints[^1]));
    }
}
