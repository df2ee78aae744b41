using System.Globalization;
using System.Text;

namespace Pgmux.Integration.Tests.Differential;

/// <summary>What each client of a script got, a line per message.</summary>
internal sealed record ScriptTrace(IReadOnlyList<IReadOnlyList<string>> Clients)
{
    /// <summary>The longest line that a report shows whole.</summary>
    private const int LineLimit = 400;

    public bool Matches(ScriptTrace other) =>
        Clients.Count == other.Clients.Count && Clients.Zip(other.Clients).All(pair => pair.First.SequenceEqual(pair.Second));

    /// <summary>Both traces of every client that differs, from the first different message on marked.</summary>
    public string DifferenceFrom(ScriptTrace expected)
    {
        var report = new StringBuilder();
        for (var client = 0; client < Clients.Count; client++)
        {
            var (mine, direct) = (Clients[client], expected.Clients[client]);
            if (mine.SequenceEqual(direct))
            {
                report.Append(CultureInfo.InvariantCulture, $"client {client + 1}: {mine.Count} messages, equal\n");
                continue;
            }

            var same = mine.Zip(direct).TakeWhile(pair => pair.First == pair.Second).Count();
            report.Append(CultureInfo.InvariantCulture, $"client {client + 1} differs from message {same + 1} on\n");
            Append(report, "  PostgreSQL:", direct, same);
            Append(report, "  pgmux:", mine, same);
        }

        return report.ToString();
    }

    public override string ToString()
    {
        var report = new StringBuilder();
        for (var client = 0; client < Clients.Count; client++)
        {
            Append(report, $"client {client + 1}:", Clients[client], Clients[client].Count);
        }

        return report.ToString();
    }

    private static void Append(StringBuilder report, string title, IReadOnlyList<string> lines, int same)
    {
        report.Append(title).Append('\n');
        for (var n = 0; n < lines.Count; n++)
        {
            var line = lines[n].Length <= LineLimit ? lines[n] : $"{lines[n].AsSpan(0, LineLimit)}... ({lines[n].Length})";
            report.Append(CultureInfo.InvariantCulture, $"    {(n < same ? ' ' : '>')} {n + 1,3} {line}\n");
        }
    }
}
