namespace Pgmux.Core.Configuration.Hba;

/// <summary>The databases or users of a rule.</summary>
internal sealed class HbaNames
{
    /// <summary>Fewer names than this are found quicker one after the other.</summary>
    private const int FewNames = 4;

    private readonly string[] _few;
    private readonly HashSet<string>? _many;
    private readonly NamePattern[] _patterns;

    public HbaNames(ICollection<string> names, IEnumerable<NamePattern> patterns)
    {
        _few = names.Count <= FewNames ? [.. names] : [];
        _many = names.Count <= FewNames ? null : new HashSet<string>(names, StringComparer.Ordinal);
        _patterns = [.. patterns];
    }

    /// <summary><c>all</c>.</summary>
    public bool IsAll { get; init; }

    /// <summary><c>sameuser</c>: the database is named as the user.</summary>
    public bool IsSameUser { get; init; }

    /// <summary><c>replication</c>: not a database, but what is wanted of one.</summary>
    public bool IsReplication { get; init; }

    /// <summary>Whether the database of the request is one of them.</summary>
    public bool HasDatabaseOf(in HbaRequest request) => request.IsReplication
        ? IsReplication
        : (IsSameUser && request.Database == request.User) || Has(request.Database);

    /// <summary>Whether the user of the request is one of them.</summary>
    public bool HasUserOf(in HbaRequest request) => Has(request.User);

    private bool Has(string name)
    {
        if (IsAll || _many?.Contains(name) == true)
        {
            return true;
        }

        foreach (var known in _few)
        {
            if (known == name)
            {
                return true;
            }
        }

        foreach (var pattern in _patterns)
        {
            if (pattern.Matches(name))
            {
                return true;
            }
        }

        return false;
    }
}
