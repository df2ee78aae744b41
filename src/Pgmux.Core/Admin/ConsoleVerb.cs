namespace Pgmux.Core.Admin;

/// <summary>A first word that the console understands.</summary>
/// <param name="Word">The word, in lower case.</param>
/// <param name="Needs">The least rights it needs; SHOW asks again for what is shown.</param>
internal sealed record ConsoleVerb(string Word, ConsoleRights Needs)
{
    /// <summary>All words of PgBouncer's console, and pgmux's own.</summary>
    public static readonly IReadOnlyList<ConsoleVerb> All =
    [
        new("show", ConsoleRights.Look),
        new("select", ConsoleRights.Look),
        new(ConsoleCommand.Set, ConsoleRights.Look),
        new("reload", ConsoleRights.Administer),
        new("shutdown", ConsoleRights.Administer),
        new("pause", ConsoleRights.Administer),
        new("resume", ConsoleRights.Administer),
        new("disable", ConsoleRights.Administer),
        new("enable", ConsoleRights.Administer),
        new("reconnect", ConsoleRights.Administer),
        new("kill", ConsoleRights.Administer),
        new("kill_client", ConsoleRights.Administer),
        new("suspend", ConsoleRights.Administer),
        new("wait_close", ConsoleRights.Administer),

        // pgmux's own: a new process says it to the one that it takes over from (-R).
        new("handover", ConsoleRights.Administer),
    ];

    /// <summary>The verb for a word in lower case, or null.</summary>
    public static ConsoleVerb? Find(string word) => All.FirstOrDefault(verb => verb.Word == word);
}
