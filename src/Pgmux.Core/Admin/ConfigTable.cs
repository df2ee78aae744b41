using Pgmux.Core.Configuration;
using static Pgmux.Core.Admin.ConsoleColumn;

namespace Pgmux.Core.Admin;

/// <summary>SHOW CONFIG.</summary>
internal static class ConfigTable
{
    /// <summary>The command.</summary>
    public static readonly ShowCommand Config = ShowCommand.OfRows(
        "config",
        [Text("key"), Text("value"), Text("default"), Text("changeable")],
        source =>
        [
            .. SettingTable.All.Select(setting => new[]
            {
                setting.Name,
                source.Config.Print(setting),
                setting.DefaultText,
                setting.IsChangeable ? "yes" : "no",
            }),
        ]);
}
