namespace Pgmux.Core.Parameters;

/// <summary>Makes equal sets one object, for the whole process. Used at logins and when a parameter changes, never per transaction.</summary>
internal sealed class ParameterSetCache
{
    /// <summary>
    /// Sets kept; above it the cache starts anew, which costs memory for double sets and nothing else. Room for as many
    /// distinct application names as a busy pooler sees.
    /// </summary>
    public const int Limit = 8_192;

    private readonly Lock _gate = new();
    private readonly Dictionary<ParameterSet, ParameterSet> _sets = [];

    /// <summary>The shared set that equals this one.</summary>
    public ParameterSet Intern(ParameterSet set)
    {
        lock (_gate)
        {
            if (_sets.TryGetValue(set, out var shared))
            {
                return shared;
            }

            if (_sets.Count >= Limit)
            {
                _sets.Clear();
            }

            _sets.Add(set, set);
            return set;
        }
    }
}
