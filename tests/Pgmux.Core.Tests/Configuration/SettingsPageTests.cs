using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>Holds the table of config/README.md against the code.</summary>
[TestFixture]
internal sealed class SettingsPageTests
{
    private static readonly string[][] Rows =
    [
        .. File.ReadLines(RepositoryFiles.PathOf("config", "README.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]),
    ];

    [Test]
    public void Every_setting_stands_there_once_with_its_default_and_when_it_changes()
        => Assert.That(
            Rows.Select(row => string.Join(" | ", row[..3])),
            Is.EqualTo(SettingTable.All.Select(setting =>
                $"`{setting.Name}` | {DefaultOf(setting)} | {(setting.IsChangeable ? "RELOAD, SET" : "restart")}")));

    [Test]
    public void Databases_and_users_that_may_have_their_own_are_named()
    {
        foreach (var row in Rows)
        {
            var name = row[0].Trim('`');
            var key = name == "default_pool_size" ? "pool_size" : name;
            string[] places =
            [
                .. DatabaseKeys.All.Any(known => known.Name == key && name != "user") ? ["database"] : Array.Empty<string>(),
                .. UserKeys.All.Any(known => known.Name == key) ? ["user"] : Array.Empty<string>(),
            ];
            Assert.That(row[3].Split(" (")[0], Is.EqualTo(string.Join(", ", places)), name);
        }
    }

    [Test]
    public void What_PgBouncer_does_not_know_and_what_has_no_effect_is_marked()
    {
        Assert.That(OwnSettings.Names, Is.SubsetOf(SettingTable.All.Select(setting => setting.Name)));
        foreach (var row in Rows)
        {
            var setting = SettingTable.Find(row[0].Trim('`'))!;
            Assert.That(row[4], Is.EqualTo(
                OwnSettings.Names.Contains(setting.Name) ? "pgmux's own" : setting.Support == SettingSupport.WithoutEffect ? "no effect" : ""), setting.Name);
        }
    }

    private static string DefaultOf(Setting setting) => setting.DefaultText switch
    {
        null => "unset",
        "" => "empty",
        { Length: > 60 } => "see `pgmux.ini`",
        var text => $"`{text}`",
    };
}
