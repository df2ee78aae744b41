using System.Text;
using Pgmux.Core.Configuration;
using Pgmux.Core.Tests.Configuration;
using Pgmux.Protocol;
using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>auth_file: users or faults with their lines, never an exception, no secret in a fault, and what is printed reads back.</summary>
internal sealed class UserListTarget : FuzzTarget, IDisposable
{
    private static readonly SourceLocation NamedAt = new("pgmux.ini", 7);

    private readonly ConfigFiles _files = new();

    public override string Name => "UserList";

    public override int MostBytes => 8 * 1024;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        [.. "\"alice\" \"secret-a\"\n\"bob\" \"md5900150983cd24fb0d6963f7d28e17f72\"\n"u8],
        [.. "\"carol\" \"SCRAM-SHA-256$4096:c2FsdCBvZiB0aGUgdXNlcg==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"\n"u8],
        [.. "; comment\n\n\"a\"\"b\" \"it\"\"s\" more\r\n\t\"\" \"\"\n"u8],
        [.. "\"a\" \"b\n\"c\"\n\"d\" e \"f\"\nx \"a\" \"b\"\n\"g\"\"h\"\n"u8],
        [0xEF, 0xBB, 0xBF, .. "\"alice\" \"secret\"\n"u8],
        [.. "\"ali\0ce\" \"secret\"\n"u8],
        [.. "\""u8, 0xFF, 0xFE, .. "\" \""u8, 0xC3, 0xA9, .. "\"\n"u8],
        [.. "\""u8, .. new byte[127].Select(_ => (byte)'n'), .. "\" \""u8, .. new byte[2047].Select(_ => (byte)'s'), .. "\"\n"u8],
        [.. "\""u8, .. new byte[128].Select(_ => (byte)'n'), .. "\" \""u8, .. new byte[2048].Select(_ => (byte)'s'), .. "\"\n"u8],
        [.. Enumerable.Repeat("broken\n"u8.ToArray(), 25).SelectMany(line => line)],
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        [.. "\""u8], [.. "\"\""u8], [.. "\" \""u8], [.. "\n"u8], [.. "\r\n"u8], [.. ";"u8], [.. "md5"u8], [.. "SCRAM-SHA-256$"u8], [.. "$"u8], [.. ":"u8], [.. "4096"u8],
        [.. "=="u8], [.. "\"alice\" \"secret-a\"\n"u8],
    ];

    public override string Run(byte[] input)
    {
        var faults = new List<ConfigFault>();
        var path = _files.Write("userlist.txt", input);
        var users = new UserListReader(path, NamedAt, faults).Read();
        FuzzFindingException.Require(users is null == faults.Count > 0, "users or faults");
        foreach (var fault in faults)
        {
            FuzzFindingException.Require(fault.File == path && fault.Line > 0 && fault.Line <= 1 + input.Count(value => value == '\n'), $"a fault without its line: {fault}");
        }

        if (users is null)
        {
            return string.Join('|', faults.Take(3).Select(fault => fault.Message));
        }

        CheckPrinted(users);
        return string.Concat(users.Names.Take(4).Select(name => $"{Shape(name)}{users.Find(name)!.Kind} "));
    }

    public void Dispose() => _files.Dispose();

    private static char Shape(string name) => name.Length == 0 ? 'e' : name.Contains('"') ? 'q' : Encoding.UTF8.GetByteCount(name) != name.Length ? 'u' : 'n';

    private void CheckPrinted(UserList users)
    {
        var names = users.Names.ToArray();
        var printed = string.Concat(names.Select(name => $"{Quoted(name)} {Quoted(users.Find(name)!.Text)}\n"));
        var faults = new List<ConfigFault>();
        var again = new UserListReader(_files.Write("printed.txt", WireText.Encode(printed)), NamedAt, faults).Read();
        FuzzFindingException.Require(again is not null, $"what was printed has faults: {faults.FirstOrDefault()}");
        FuzzFindingException.Require(again!.Count == users.Count && names.All(name => again.Find(name)?.Text == users.Find(name)!.Text), "printed users differ");
    }

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
