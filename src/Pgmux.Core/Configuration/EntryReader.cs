using Pgmux.Core.Configuration.Values;

namespace Pgmux.Core.Configuration;

/// <summary>Reads the right side of a line of [databases], [users] or [peers] by its table of keys.</summary>
/// <param name="what">How faults name an entry: "database", "user" or "peer".</param>
/// <param name="keys">The keys it may have.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class EntryReader<TEntry>(string what, EntryKey<TEntry>[] keys, ICollection<ConfigFault> faults)
{
    /// <summary>Fills <paramref name="entry"/>; false when something was wrong with it.</summary>
    public bool TryRead(IniEntry line, TEntry entry, out TEntry result)
    {
        var before = faults.Count;
        var draft = new EntryDraft<TEntry>(entry);
        var pairs = new List<KeyValuePair<string, string>>();
        if (!ConnectionString.TryParse(line.Value, pairs, out var problem))
        {
            faults.Add(line.Location.Fault($"{what} {line.Key}: {problem}"));
        }

        for (var i = 0; i < pairs.Count; i++)
        {
            var (name, value) = pairs[i];
            var key = Array.Find(keys, key => key.Name == name);
            if (key is null)
            {
                var shown = ConnectionString.NameInFault(name, pairs.Take(i));
                faults.Add(line.Location.Fault(shown == name
                    ? $"{what} {line.Key}: unknown key \"{name}\"{NearestName.Hint(name, keys.Select(known => known.Name))}"
                    : $"{what} {line.Key}: {shown} is no known key"));
            }
            else if (!ValueReferences.OfProcess.TryResolve(value, out var resolved, out string? wrong)
                || (wrong = key.Apply(draft, resolved)) is not null)
            {
                faults.Add(line.Location.Fault($"{what} {line.Key}: {name} {wrong}"));
            }
        }

        result = draft.Entry;
        return faults.Count == before;
    }
}
