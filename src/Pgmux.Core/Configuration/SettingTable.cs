using System.Collections.Frozen;

namespace Pgmux.Core.Configuration;

/// <summary>
/// Every key of the section [pgbouncer] that PgBouncer 1.25 knows, and pgmux's own. Reading the file, SHOW CONFIG, the
/// check of what is honoured, --check and config/pgmux.ini all go by this table.
/// </summary>
internal static class SettingTable
{
    /// <summary>All settings in the order of their names, which is the order of SHOW CONFIG.</summary>
    public static readonly IReadOnlyList<Setting> All =
    [
        .. ProcessSettings.All
            .Concat(ListenSettings.All)
            .Concat(PoolSettings.All)
            .Concat(StatementSettings.All)
            .Concat(AuthSettings.All)
            .Concat(LogSettings.All)
            .Concat(TimeLimitSettings.All)
            .Concat(TlsSettings.All)
            .OrderBy(setting => setting.Name, StringComparer.Ordinal),
    ];

    private static readonly FrozenDictionary<string, Setting> ByName = All.ToFrozenDictionary(setting => setting.Name);

    /// <summary>The setting with exactly this name; names are case-sensitive, as in PgBouncer.</summary>
    public static Setting? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>What is wrong with a name that is not in the table.</summary>
    public static string UnknownName(string name)
        => $"unknown setting \"{name}\" in [pgbouncer]{NearestName.Hint(name, All.Select(known => known.Name))}";
}
