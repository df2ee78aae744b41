using System.Text;
using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.Hba;
using Pgmux.Core.Tests.Configuration.Hba;
using Pgmux.Testing.Fuzzing;
using Pgmux.Testing.OAuth;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>
/// HBA and ident files: rules or faults with their places, never an exception, and any request gets an answer. The ident file is what
/// follows the first line that is a %.
/// </summary>
internal sealed class HbaTarget : FuzzTarget, IDisposable
{
    private static readonly byte[] Separator = [.. "\n%\n"u8];

    private static readonly HbaRequest[] Requests =
    [
        .. new[] { "db alice unix", "db alice 10.1.2.3", "alice alice 10.1.2.3 tls", "db bob fd00::1", "db alice ::1 tls replication", "all all 127.0.0.1" }.Select(HbaFolder.Request),
        new() { Database = "a\nb", User = new string('a', 300), IsEncrypted = true },
    ];

    private readonly HbaFolder _folder = new();

    public HbaTarget()
    {
        _folder.Write("names", "alice, bob\n# nobody\n\"all\" /^t_\n");
        _folder.Write("broken", "+x\n@broken\n\"\n");
        _folder.Write("loop", "@loop\n");
        _folder.Write("keys", TestIssuer.Known.Jwks);
    }

    public override string Name => "Hba";

    public override TimeSpan Duration => TimeSpan.FromSeconds(10);

    public override int MostBytes => 4 * 1024;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Bytes("local all postgres peer\nhostssl all all ::/0 md5\nhost db1,db2 alice , bob 10.0.0.0/8 scram-sha-256\nhost all all 127.0.0.0 255.255.255.0 password # local\n"),
        Bytes("local all all peer map=m\nhostssl all all all cert map=\"n o\"\n%\nm root alice\n\"n o\" /^(.*)@x$ \\1\nm /^a all\nn root /^b$\n"),
        Bytes("host sameuser,replication,\"all\" @names all reject\nhostnossl /^t_ \"/^a,b$\" samehost trust\nhostgssenc all all samenet trust\nhostnogssenc all all 0.0.0.0/0 trust\n"),
        Bytes("include hba.conf\ninclude_if_exists none\ninclude_dir none\nlocal all @broken,@loop,@none trust\nlocal @names @names trust\n"),
        Bytes("local all \\\n all \\\r\n trust\nlocal \"a\\\nb\" \"c\"\"d\" md5\n# \\\nlocal\n"),
        Bytes("local samerole +x ldap\nhost all all host.name md5\nhost all all 1.2.3.4/99 md5\nhost all all ::ffff:1.2.3.4/120 pam\nhost all all 1.2.3.4 ffff:: md5 x=y\n"),
        Bytes("local all /(a+)+$ trust\nlocal all /[[:alpha:]] trust\nlocal all /(?=a) trust\nlocal all /(a)\\1 trust\nlocal all /(a{999}){999} trust\n"),
        Bytes("hostssl all all all jwt issuer=https://i audience=a jwks=keys claim=email scope=\"a b\" map=m\nlocal all all jwt jwks=names issuer=i audience=a via=password\n"),
        [0xEF, 0xBB, 0xBF, .. "local all all trust\n"u8],
        [.. "local \0 "u8, 0xFF, 0xFE, .. " trust\n"u8],
        Bytes(string.Concat(Enumerable.Repeat("nonsense\n", 30))),
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            "local ", "host ", "hostssl ", "hostnossl ", "all ", "sameuser", "replication", "samehost ", "samenet ", "10.0.0.0/8 ", "::/0 ", "::ffff:1.2.3.4", "/128", "255.0.0.0 ", "trust\n",
            "reject\n", "md5\n", "password\n", "scram-sha-256\n", "peer ", "cert ", "jwt ", "issuer=i ", "audience=a ", "jwks=keys ", "via=password ", "map=m\n", "@names", "/^a", "$ ", "(", ")", "\\1", ",", "\"", "\"\"", "#", "\\\n", "\n", "\n%\n", "include ", "+",
        }.Select(Bytes),
    ];

    public override string Run(byte[] input)
    {
        var split = input.AsSpan().IndexOf(Separator);
        var hba = split < 0 ? input : input[..split];
        var ident = split < 0 ? null : input[(split + Separator.Length)..];
        var rules = _folder.Read(hba, ident);
        foreach (var fault in _folder.Faults.Concat(_folder.Warnings))
        {
            FuzzFindingException.Require(fault is { File.Length: > 0, Line: > 0, Message.Length: > 0 } && fault.Line <= 3 + input.Count(value => value == '\n'), $"a fault without its line: {fault}");
            FuzzFindingException.Require(!fault.ToString().Contains('\n', StringComparison.Ordinal), "a fault of more than one line");
        }

        FuzzFindingException.Require(_folder.Faults.Count <= HbaFaults.Most + 1, "faults without end");
        var decisions = string.Join(' ', Requests.Select(request => Decide(rules, request)));
        return _folder.Faults.Count > 0 ? string.Join('|', _folder.Faults.Take(3).Select(Shape)) : $"{Math.Min(rules.Count, 4)} {decisions} {_folder.Warnings.Count}";
    }

    public void Dispose() => _folder.Dispose();

    private static string Decide(HbaRules rules, HbaRequest request)
    {
        if (rules.Find(request) is not { } rule)
        {
            return "none";
        }

        FuzzFindingException.Require(rule.Matches(request), "a rule was found that is not about the request");
        FuzzFindingException.Require(rule.Type == HbaConnectionType.Local == request.Address is null, "a rule of another kind of connection was found");
        FuzzFindingException.Require(rule.Type != HbaConnectionType.HostTls || request.IsEncrypted, "a rule for TLS was found without it");
        return rule.Map is { } map ? $"{rule.Method}{map.Allows("root", request.User)}" : $"{rule.Method}";
    }

    private static string Shape(ConfigFault fault) => string.Join(' ', fault.Message.Split(' ').TakeLast(5));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
