using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>Tables of the console of a <see cref="TestMux"/> whose stats_users are <see cref="User"/>.</summary>
internal static class ConsoleRows
{
    public const string User = "bob";

    /// <summary>The rows of SHOW, each by column name.</summary>
    public static List<Dictionary<string, string>> Show(this TestMux mux, string what)
    {
        var console = mux.Login(User, "pgbouncer");
        console.Take();
        console.Send(RawMessages.Query($"SHOW {what}"));
        var names = console.Replies.Single(reply => reply.Type == 'T').ColumnNames();
        var rows = console.Replies.Where(reply => reply.Type == 'D').Select(reply => reply.Columns()).ToList();
        console.Close();
        return [.. rows.Select(row => names.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second ?? ""))];
    }
}
