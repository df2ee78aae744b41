using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Pgmux.Testing.Mux;

namespace Pgmux.Core.Tests.Texts;

/// <summary>The lines by which the log tells why connections have ended.</summary>
internal static partial class ClosingLines
{
    /// <summary>The reasons why clients have gone, in their order.</summary>
    public static string[] ReasonsOfClients(this TestMux mux) => Reasons(mux, "C");

    /// <summary>The reasons why servers have gone, in their order.</summary>
    public static string[] ReasonsOfServers(this TestMux mux) => Reasons(mux, "S");

    private static string[] Reasons(TestMux mux, string kind)
    {
        var lines = mux.Log.Events.Where(entry => entry.Level == LogLevel.Information && entry.Text.StartsWith($"{kind}-", StringComparison.Ordinal));
        return [.. lines.Select(entry => Form().Match(entry.Text)).Where(match => match.Success).Select(match => match.Groups["reason"].Value)];
    }

    // X-id: db/user@addr:port closing because: REASON (age=Ns)
    [GeneratedRegex("^[CS]-[0-9a-f]+: [^ /]+/[^ @]+@[^ ]+:[0-9]+ closing because: (?<reason>.*) \\(age=[0-9]+s\\)$")]
    private static partial Regex Form();
}
