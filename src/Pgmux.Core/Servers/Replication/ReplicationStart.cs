namespace Pgmux.Core.Servers.Replication;

/// <summary>
/// What a server connection of one replication client is opened with. A walsender takes its run-time parameters at its start: one for
/// physical replication refuses SET as it refuses all SQL, so nothing is brought in line later.
/// </summary>
/// <param name="Kind">Physical or logical.</param>
/// <param name="Parameters">
/// The run-time parameters of the client's startup packet, <c>options</c> among them as it stands there. They come before those of the
/// database's line, as SET of a client does elsewhere.
/// </param>
internal sealed record ReplicationStart(ReplicationKind Kind, IReadOnlyList<KeyValuePair<string, string>> Parameters)
{
    /// <summary>What stands in the startup packet beside user and database.</summary>
    /// <param name="configured">The parameters of the database's line.</param>
    public IEnumerable<KeyValuePair<string, string>> Over(IEnumerable<KeyValuePair<string, string>> configured) =>
    [
        .. configured.Where(pair => Parameters.All(own => !string.Equals(own.Key, pair.Key, StringComparison.OrdinalIgnoreCase))),
        KeyValuePair.Create("replication", ReplicationParameter.Print(Kind)),
        .. Parameters,
    ];
}
