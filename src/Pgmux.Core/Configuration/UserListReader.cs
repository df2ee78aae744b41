using System.Text;
using Pgmux.Protocol;

namespace Pgmux.Core.Configuration;

/// <summary>
/// Reads auth_file: <c>"name" "secret"</c> on each line, a quote inside written twice, the rest of the line ignored, lines that
/// start with a semicolon skipped. A later line for the same user wins.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="namedAt">The line that names it, for a file that cannot be read at all.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class UserListReader(string path, SourceLocation namedAt, ICollection<ConfigFault> faults)
{
    /// <summary>PgBouncer's longest user name: a 128-byte field with its terminator.</summary>
    public const int LongestNameBytes = 127;

    /// <summary>PgBouncer's longest password: a 2048-byte field with its terminator.</summary>
    public const int LongestSecretBytes = 2047;

    /// <summary>Two million users with SCRAM secrets.</summary>
    private const long LargestFileBytes = 512L * 1024 * 1024;

    /// <summary>A file of the wrong kind is broken in every line; a screen full of them is enough to see it.</summary>
    private const int MostFaults = 20;

    private int _faultsFound;

    /// <summary>The users, or null when a line is wrong: a half-read list must lock nobody out.</summary>
    public UserList? Read()
    {
        // Before reading: a write in between makes the next look see a difference, never miss one.
        var stamp = FileStamp.Of(path);
        var bytes = BoundedFile.Read(path, LargestFileBytes, out var problem);
        if (bytes is null)
        {
            faults.Add(namedAt.Fault($"auth_file \"{path}\" {problem}"));
            return null;
        }

        var secrets = new Dictionary<string, UserSecret>(bytes.Length / 64);
        var line = 0;
        var rest = bytes.AsSpan();
        while (!rest.IsEmpty && _faultsFound < MostFaults)
        {
            line++;
            var end = rest.IndexOf((byte)'\n');
            ReadLine(end < 0 ? rest : rest[..end], line, secrets);
            rest = end < 0 ? default : rest[(end + 1)..];
        }

        return _faultsFound == 0 ? new UserList(secrets, stamp) : null;
    }

    private void ReadLine(ReadOnlySpan<byte> bytes, int line, Dictionary<string, UserSecret> secrets)
    {
        var rest = bytes.Trim(" \t\v\f\r"u8);
        if (rest.IsEmpty || rest[0] == ';')
        {
            return;
        }

        if (rest.StartsWith(Encoding.UTF8.Preamble))
        {
            Broken(line, "a byte order mark stands at its start; save the file as UTF-8 without one");
        }
        else if (rest.Contains((byte)0))
        {
            Broken(line, "a zero byte stands in it");
        }
        else if (!TryReadQuoted(ref rest, atStart: true, out var name) || !TryReadQuoted(ref rest, atStart: false, out var secret))
        {
            Broken(line, "expected \"name\" \"secret\"");
        }
        else if (name.Length > LongestNameBytes)
        {
            Broken(line, $"the user name is longer than {LongestNameBytes} bytes");
        }
        else if (secret.Length > LongestSecretBytes)
        {
            Broken(line, $"the secret is longer than {LongestSecretBytes} bytes");
        }
        else
        {
            // Names in another encoding than UTF-8 must equal what a client sends, byte for byte.
            secrets[WireText.Decode(name)] = UserSecret.Parse(WireText.Decode(secret));
        }
    }

    // What stands between the two quoted texts is skipped, whatever it is, as in PgBouncer; before the first there is nothing.
    private static bool TryReadQuoted(ref ReadOnlySpan<byte> rest, bool atStart, out ReadOnlySpan<byte> text)
    {
        text = default;
        var open = rest.IndexOf((byte)'"');
        if (open < 0 || (atStart && open > 0))
        {
            return false;
        }

        rest = rest[(open + 1)..];
        var hasDoubled = false;
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] != '"')
            {
                continue;
            }

            if (i + 1 < rest.Length && rest[i + 1] == '"')
            {
                hasDoubled = true;
                i++;
                continue;
            }

            text = hasDoubled ? Undouble(rest[..i]) : rest[..i];
            rest = rest[(i + 1)..];
            return true;
        }

        return false;
    }

    private static byte[] Undouble(ReadOnlySpan<byte> quoted)
    {
        var text = new List<byte>(quoted.Length);
        for (var i = 0; i < quoted.Length; i++)
        {
            text.Add(quoted[i]);
            i += quoted[i] == '"' ? 1 : 0;
        }

        return [.. text];
    }

    private void Broken(int line, string why)
    {
        _faultsFound++;
        faults.Add(new ConfigFault(path, line, $"broken auth file: {why}"));
        if (_faultsFound == MostFaults)
        {
            faults.Add(new ConfigFault(path, line, "broken auth file: the lines below were not looked at"));
        }
    }
}
