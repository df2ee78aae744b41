using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>Holds the files in config/ against the code.</summary>
[TestFixture]
internal sealed class SampleFilesTests
{
    [Test]
    public void The_full_file_names_every_setting_once_with_its_default()
    {
        var written = File.ReadLines(RepositoryFiles.PathOf("config", "pgmux.ini"))
            .SkipWhile(line => line != "[pgbouncer]")
            .Skip(1)
            .Select(ReadSetting)
            .OfType<(string Name, string? Value)>()
            .ToArray();
        Assert.That(
            written.OrderBy(setting => setting.Name, StringComparer.Ordinal),
            Is.EqualTo(SettingTable.All.Select(setting => (setting.Name, setting.DefaultText))));
    }

    [Test]
    public void The_full_file_loads_to_the_defaults()
    {
        var result = ConfigLoader.Load(RepositoryFiles.PathOf("config", "pgmux.ini"));
        Assert.That(result.Faults, Is.Empty);
        foreach (var setting in SettingTable.All)
        {
            Assert.That(setting.AreEqual(result.Snapshot!.Options, PgmuxOptions.Default), Is.True, setting.Name);
        }
    }

    [Test]
    public void The_full_file_explains_every_key_of_databases_and_users()
    {
        var text = File.ReadAllText(RepositoryFiles.PathOf("config", "pgmux.ini"));
        var keys = DatabaseKeys.All.Select(key => key.Name)
            .Concat(UserKeys.All.Select(key => key.Name));
        Assert.That(keys.Where(key => !text[..text.IndexOf("[pgbouncer]", StringComparison.Ordinal)].Contains(key, StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Comments_say_what_is_not_built_and_what_is_fixed()
    {
        var lines = File.ReadAllLines(RepositoryFiles.PathOf("config", "pgmux.ini"));
        foreach (var setting in SettingTable.All.Where(setting => setting.Support == SettingSupport.WithoutEffect))
        {
            var comment = lines[Array.FindIndex(lines, line => line.StartsWith($"{setting.Name} =", StringComparison.Ordinal)) - 1];
            Assert.That(comment, Does.StartWith("; Accepted, has no effect"), setting.Name);
        }
    }

    [Test]
    public void The_shortest_file_serves_everywhere_on_the_usual_port()
    {
        using var files = new ConfigFiles();
        files.Write("userlist.txt", File.ReadAllText(RepositoryFiles.PathOf("config", "userlist.example.txt")));
        var text = File.ReadAllText(RepositoryFiles.PathOf("config", "pgmux.minimal.ini"));
        Assert.That(text, Does.Contain("/etc/pgmux/userlist.txt"));

        var snapshot = files.LoadGood(text.Replace("/etc/pgmux/userlist.txt", files.PathOf("userlist.txt"), StringComparison.Ordinal));
        Assert.That(snapshot.Options.ListenAddr, Is.EqualTo(new[] { "0.0.0.0" }));
        Assert.That(snapshot.Options.ListenPort, Is.EqualTo(6432));
        Assert.That(snapshot.Options.Logfile, Is.Empty);
        Assert.That(snapshot.FindDatabase("anything"), Is.Not.Null);
        Assert.That(snapshot.UserList.Count, Is.GreaterThan(0));
    }

    [Test]
    public void The_example_of_a_user_list_has_one_secret_of_each_kind()
    {
        var faults = new List<ConfigFault>();
        var users = new UserListReader(RepositoryFiles.PathOf("config", "userlist.example.txt"), SourceLocation.Nowhere, faults).Read();
        Assert.That(faults, Is.Empty);
        Assert.That(
            users!.Names.ToDictionary(name => name, name => users.Find(name)!.Kind),
            Is.EquivalentTo(new Dictionary<string, UserSecretKind>
            {
                ["app"] = UserSecretKind.Plain,
                ["reports"] = UserSecretKind.Scram,
                ["legacy"] = UserSecretKind.Md5,
                ["local"] = UserSecretKind.None,
            }));
    }

    // "name = value", or "; name =" for a setting without a default; null for any other line.
    private static (string Name, string? Value)? ReadSetting(string line)
    {
        var isUnset = line.StartsWith("; ", StringComparison.Ordinal) && line.EndsWith(" =", StringComparison.Ordinal);
        if (!isUnset && (line.Length == 0 || line[0] == ';'))
        {
            return null;
        }

        var parts = line.TrimStart(';', ' ').Split('=', 2, StringSplitOptions.TrimEntries);
        return (parts[0], isUnset ? null : parts[1]);
    }
}
