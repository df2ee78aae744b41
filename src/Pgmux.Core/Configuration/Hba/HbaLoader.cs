namespace Pgmux.Core.Configuration.Hba;

/// <summary>
/// Reads auth_hba_file and auth_ident_file with all that they name. One wrong line makes the files unusable, as in PostgreSQL: PgBouncer
/// drops the line with a warning, and whoever a dropped line would have rejected is judged by the lines below it.
/// </summary>
internal sealed class HbaLoader
{
    private readonly HbaFaults _faults;
    private readonly ICollection<ConfigFault> _warnings;
    private readonly HbaIncludes _includes;
    private readonly HbaNamesReader _names;

    /// <param name="faults">Where faults go.</param>
    /// <param name="warnings">Where goes what is odd.</param>
    public HbaLoader(ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        _faults = new HbaFaults(faults);
        _warnings = warnings;
        var files = new HbaFiles(_faults);
        _includes = new HbaIncludes(files, _faults);
        _names = new HbaNamesReader(files, _faults);
    }

    /// <summary>The rules; those of a file with faults must not be used.</summary>
    /// <param name="hbaFile">auth_hba_file.</param>
    /// <param name="hbaNamedAt">The line that sets it.</param>
    /// <param name="identFile">auth_ident_file; null or empty is none.</param>
    /// <param name="identNamedAt">The line that sets that.</param>
    public HbaRules Load(string hbaFile, SourceLocation hbaNamedAt, string? identFile, SourceLocation identNamedAt)
    {
        var maps = string.IsNullOrEmpty(identFile)
            ? new Dictionary<string, IdentMap>()
            : new IdentReader(_includes, _faults).Read(identFile, identNamedAt);
        var reader = new HbaLineReader(_names, maps, new HostNetworks(), _faults, _warnings);
        var rules = new List<HbaRule>();
        foreach (var line in _includes.Read(hbaFile, hbaNamedAt, "auth_hba_file"))
        {
            if (_faults.IsFull)
            {
                break;
            }

            if (reader.Read(line) is { } rule)
            {
                rules.Add(rule);
            }
        }

        if (rules.Count == 0 && !_faults.HasAny)
        {
            _warnings.Add(hbaNamedAt.Fault($"auth_hba_file \"{hbaFile}\" has no rules, so no client can log in"));
        }

        return new HbaRules(hbaFile, [.. rules]);
    }
}
