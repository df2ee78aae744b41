namespace Pgmux.Core.Admin;

/// <summary>A first word that the console understands.</summary>
/// <param name="Word">The word, in lower case.</param>
/// <param name="Needs">The least rights it needs; SHOW asks again for what is shown.</param>
/// <param name="IsBuilt">Whether it does something yet.</param>
internal sealed record ConsoleVerb(string Word, ConsoleRights Needs, bool IsBuilt)
{
    /// <summary>All words of PgBouncer's console.</summary>
    public static readonly IReadOnlyList<ConsoleVerb> All =
    [
        new("show", ConsoleRights.Look, IsBuilt: true),
        new("select", ConsoleRights.Look, IsBuilt: true),
        new(ConsoleCommand.Set, ConsoleRights.Look, IsBuilt: true),
        new("reload", ConsoleRights.Administer, IsBuilt: true),
        new("shutdown", ConsoleRights.Administer, IsBuilt: true),
        new("pause", ConsoleRights.Administer, IsBuilt: true),
        new("resume", ConsoleRights.Administer, IsBuilt: true),
        new("disable", ConsoleRights.Administer, IsBuilt: true),
        new("enable", ConsoleRights.Administer, IsBuilt: true),
        new("reconnect", ConsoleRights.Administer, IsBuilt: true),
        new("kill", ConsoleRights.Administer, IsBuilt: true),
        new("kill_client", ConsoleRights.Administer, IsBuilt: true),
        new("suspend", ConsoleRights.Administer, IsBuilt: false),
        new("wait_close", ConsoleRights.Administer, IsBuilt: true),
    ];

    /// <summary>The verb for a word in lower case, or null.</summary>
    public static ConsoleVerb? Find(string word) => All.FirstOrDefault(verb => verb.Word == word);
}
