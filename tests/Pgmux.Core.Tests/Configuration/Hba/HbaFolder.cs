using System.Net;
using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.Hba;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Configuration.Hba;

/// <summary>A folder with an HBA file and what it names.</summary>
internal sealed class HbaFolder : IDisposable
{
    private static readonly SourceLocation NamedAt = new("pgmux.ini", 3);

    private readonly ConfigFiles _files = new();

    public List<ConfigFault> Faults { get; } = [];

    public List<ConfigFault> Warnings { get; } = [];

    public string PathOf(string name) => _files.PathOf(name);

    public string Write(string name, string content) => _files.Write(name, content);

    /// <summary>Reads files whatever is in them.</summary>
    public HbaRules Read(byte[] hba, byte[]? ident = null)
    {
        Faults.Clear();
        Warnings.Clear();
        var identPath = ident is null ? null : _files.Write("ident.conf", ident);
        return new HbaLoader(Faults, Warnings).Load(_files.Write("hba.conf", hba), NamedAt, identPath, NamedAt);
    }

    /// <summary>Reads files that must be free of faults.</summary>
    public HbaRules ReadGood(string hba, string? ident = null)
    {
        var rules = Read(WireText.Encode(hba), ident is null ? null : WireText.Encode(ident));
        Assert.That(Faults, Is.Empty);
        return rules;
    }

    /// <summary>The faults of files, each as "file:line: message".</summary>
    public string[] FaultsOf(string hba, string? ident = null)
    {
        Read(WireText.Encode(hba), ident is null ? null : WireText.Encode(ident));
        return InShort(Faults);
    }

    /// <summary>The warnings of files without faults, likewise.</summary>
    public string[] WarningsOf(string hba)
    {
        ReadGood(hba);
        return InShort(Warnings);
    }

    /// <summary>What becomes of a request written as "database user address", with "tls" or "replication" behind it: the method or "none".</summary>
    public static string Decide(HbaRules rules, string request)
    {
        var rule = rules.Find(Request(request));
        return rule is null ? "none" : rule.Method.ToString();
    }

    public static HbaRequest Request(string text)
    {
        var words = text.Split(' ');
        return new HbaRequest
        {
            Database = words[0],
            User = words[1],
            Address = words[2] == "unix" ? null : NetAddress.From(IPAddress.Parse(words[2])),
            IsEncrypted = words.Skip(3).Contains("tls"),
            IsReplication = words.Skip(3).Contains("replication"),
        };
    }

    public void Dispose() => _files.Dispose();

    private static string[] InShort(List<ConfigFault> found) => [.. found.Select(fault => $"{Path.GetFileName(fault.File)}:{fault.Line}: {fault.Message}")];
}
