namespace Pgmux.Core.Configuration.Hba;

/// <summary>Collects what is wrong with the HBA and ident files, up to a number that is enough to see it.</summary>
internal sealed class HbaFaults(ICollection<ConfigFault> faults)
{
    /// <summary>A file of the wrong kind is broken in every line.</summary>
    public const int Most = 20;

    private int _found;

    /// <summary>Whether anything is wrong.</summary>
    public bool HasAny => _found > 0;

    /// <summary>Whether enough is wrong that nobody needs to look further.</summary>
    public bool IsFull => _found >= Most;

    /// <summary>Something is wrong in this line.</summary>
    public void Add(SourceLocation location, string message)
    {
        if (IsFull)
        {
            return;
        }

        _found++;
        faults.Add(location.Fault(message));
        if (IsFull)
        {
            faults.Add(location.Fault("what follows this line was not looked at"));
        }
    }
}
