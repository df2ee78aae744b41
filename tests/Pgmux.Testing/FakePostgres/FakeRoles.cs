namespace Pgmux.Testing.FakePostgres;

/// <summary>What LOOKUP answers, the query that stands for auth_query. By itself a row with name and secret of a role that there is.</summary>
internal sealed class FakeRoles
{
    private readonly Dictionary<string, string?> _secrets = [];

    /// <summary>The roles with their secrets; null is no password.</summary>
    public string? this[string name]
    {
        set => _secrets[name] = value;
    }

    /// <summary>How often it was asked.</summary>
    public int Lookups { get; private set; }

    /// <summary>The columns, each with its type.</summary>
    public IReadOnlyList<(string Name, int Type)> Columns { get; set; } = [("rolname", 19), ("rolpassword", 25)];

    /// <summary>What is answered instead, for the name that was asked for.</summary>
    public Func<string, IEnumerable<IReadOnlyList<string?>>>? Rows { get; set; }

    /// <summary>The SQLSTATE that it fails with; null does not fail.</summary>
    public string? Failure { get; set; }

    /// <summary>Whether it waits until somebody lets it go on.</summary>
    public bool Holds { get; set; }

    public void Remove(string name) => _secrets.Remove(name);

    public IEnumerable<IReadOnlyList<string?>> Find(string name)
    {
        Lookups++;
        if (Failure is { } state)
        {
            throw new PostgresErrorException(state, "the lookup has failed");
        }

        return Rows is not null ? Rows(name) : _secrets.TryGetValue(name, out var secret) ? [[name, secret]] : [];
    }
}
