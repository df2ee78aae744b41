namespace Pgmux.Testing.FakePostgres;

/// <summary>The run-time parameters of one fake session: SET, RESET, roll back, and what is reported when, as PostgreSQL 14 and later.</summary>
internal sealed class RuntimeParameters
{
    /// <summary>What a fresh server reports, in its order.</summary>
    public static readonly IReadOnlyList<(string Name, string Value)> Defaults =
    [
        ("application_name", ""),
        ("client_encoding", "UTF8"),
        ("DateStyle", "ISO, MDY"),
        ("integer_datetimes", "on"),
        ("IntervalStyle", "postgres"),
        ("server_version", "15.0"),
        ("standard_conforming_strings", "on"),
        ("TimeZone", "UTC"),
    ];

    private readonly Dictionary<string, string> _login = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _reported = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _reportedNames;
    private Dictionary<string, string> _values;
    private Dictionary<string, string>? _saved;

    /// <param name="startup">Parameters of the startup packet.</param>
    /// <param name="alsoReported">Parameters that this server reports beyond the usual ones.</param>
    public RuntimeParameters(IEnumerable<(string Name, string Value)> startup, params IEnumerable<string> alsoReported)
    {
        foreach (var (name, value) in Defaults.Concat(startup))
        {
            _login[name] = Canonical(name, value);
        }

        _reportedNames = new HashSet<string>(Defaults.Select(pair => pair.Name).Concat(alsoReported), StringComparer.OrdinalIgnoreCase);
        _values = new Dictionary<string, string>(_login, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The value of the moment; "" when never set.</summary>
    public string this[string name] => _values.GetValueOrDefault(name, "");

    /// <summary>Whether a backslash in a plain literal is a backslash.</summary>
    public bool HasStandardStrings => this["standard_conforming_strings"] == "on";

    /// <summary>What is not as it was at the login.</summary>
    public IReadOnlyList<(string Name, string Value)> Changed =>
        [.. _values.Keys.Union(_login.Keys, StringComparer.OrdinalIgnoreCase).Where(name => this[name] != _login.GetValueOrDefault(name, "")).Select(name => (name, this[name]))];

    /// <summary>Sets a parameter; false when the value is not one.</summary>
    public bool TrySet(string name, string value)
    {
        if (value.StartsWith("Nowhere", StringComparison.Ordinal))
        {
            return false;
        }

        _values[name] = Canonical(name, value);
        return true;
    }

    public void Reset(string name)
    {
        if (_login.TryGetValue(name, out var value))
        {
            _values[name] = value;
        }
        else
        {
            _values.Remove(name);
        }
    }

    public void ResetAll() => _values = new Dictionary<string, string>(_login, StringComparer.OrdinalIgnoreCase);

    /// <summary>A transaction begins, if none has.</summary>
    public void Begin() => _saved ??= new Dictionary<string, string>(_values, StringComparer.OrdinalIgnoreCase);

    public void Commit() => _saved = null;

    public void RollBack()
    {
        _values = _saved ?? _values;
        _saved = null;
    }

    /// <summary>What has changed since the last report.</summary>
    public IReadOnlyList<(string Name, string Value)> TakeReports()
    {
        var changed = _reportedNames.Where(name => _reported.GetValueOrDefault(name) != this[name])
            .Select(name => (name, this[name])).ToArray();
        foreach (var (name, value) in changed)
        {
            _reported[name] = value;
        }

        return changed;
    }

    private static string Canonical(string name, string value) =>
        string.Equals(name, "DateStyle", StringComparison.OrdinalIgnoreCase) && !value.Contains(',') ? $"{value}, MDY" : value;
}
