using System.Globalization;
using System.Text;

namespace Pgmux.Core.Configuration;

/// <summary>What --check prints: how a configuration would be understood, or all that is wrong with it. Shows no secret.</summary>
internal static class CheckReport
{
    /// <summary>The report.</summary>
    public static string Of(string path, ConfigLoadResult result)
    {
        var report = new StringBuilder();
        foreach (var warning in result.Warnings)
        {
            Line(report, $"warning: {warning}");
        }

        foreach (var fault in result.Faults)
        {
            Line(report, $"{fault}");
        }

        if (result.Snapshot is not { } snapshot)
        {
            Line(report, $"{path}: {Count(result.Faults.Count, "fault")}; pgmux would not start, and a reload would keep the configuration in use");
            return report.ToString();
        }

        Line(report, $"{path}: no faults, {Count(result.Warnings.Count, "warning")}");
        AddListeners(report, snapshot.Options);
        AddSettings(report, snapshot);
        AddDatabases(report, snapshot);
        AddUsers(report, snapshot);
        AddHba(report, snapshot);
        return report.ToString();
    }

    private static void AddListeners(StringBuilder report, PgmuxOptions options)
    {
        var doors = options.ListenAddr.Select(address => $"{address} port {options.ListenPort}").ToList();
        if (options.UnixSocketDir.Length > 0)
        {
            doors.Add($"{options.UnixSocketDir}/.s.PGSQL.{options.ListenPort}");
        }

        Line(report, $"listens on {string.Join(", ", doors)}");
    }

    private static void AddSettings(StringBuilder report, ConfigSnapshot snapshot)
    {
        var changed = SettingTable.All.Where(setting => !setting.AreEqual(snapshot.Options, PgmuxOptions.Default)).ToArray();
        Line(report, $"{Count(changed.Length, "setting")} not at the default:");
        foreach (var setting in changed)
        {
            var effect = setting.Support == SettingSupport.WithoutEffect ? "; has no effect in pgmux"
                : OwnSettings.Names.Contains(setting.Name) ? "; unknown to PgBouncer"
                : "";
            Line(report, $"  {setting.Name} = {setting.Print(snapshot.Options)} (default {Quoted(setting.DefaultText)}{effect})");
        }
    }

    private static void AddDatabases(StringBuilder report, ConfigSnapshot snapshot)
    {
        var databases = snapshot.AllDatabases().OrderBy(database => database.Name, StringComparer.Ordinal).ToArray();
        Line(report, $"{Count(databases.Length, "database")}:");
        foreach (var database in databases)
        {
            var hosts = database.Hosts.Count == 0 ? "the local socket" : string.Join(',', database.Hosts);
            var size = database.PoolSize ?? snapshot.Options.DefaultPoolSize;
            var servers = size == 0 ? "any number of servers" : Count(size, "server");
            var mode = PoolSettings.PoolModes.Print(database.PoolMode ?? snapshot.Options.PoolMode);
            var user = database.User is null ? "each client's own user" : $"user {database.User}";
            Line(
                report,
                $"  {database.Name}: {database.DatabaseName ?? "the same name"} on {hosts} port {database.Port} as {user}, {mode} mode, {servers} per user");
        }
    }

    private static void AddUsers(StringBuilder report, ConfigSnapshot snapshot)
        => Line(report, $"{Count(snapshot.UserList.Count, "user")} in auth_file, {Count(snapshot.Users.Count, "user")} with settings of their own");

    private static void AddHba(StringBuilder report, ConfigSnapshot snapshot)
    {
        if (snapshot.Options.AuthType == AuthType.Hba)
        {
            Line(report, $"{Count(snapshot.Hba.Count, "rule")} in auth_hba_file {snapshot.Hba.Path}");
        }
    }

    private static string Quoted(string? text) => string.IsNullOrEmpty(text) ? "empty" : text;

    private static string Count(int number, string noun)
        => string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    private static void Line(StringBuilder report, FormattableString text)
        => report.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
