namespace Pgmux.Core.Configuration;

/// <summary>The users of auth_file with their secrets; immutable.</summary>
internal sealed class UserList
{
    /// <summary>No auth_file.</summary>
    public static readonly UserList Empty = new([], default);

    private readonly Dictionary<string, UserSecret> _secrets;

    /// <summary>Takes over what was read; nobody else may keep the dictionary.</summary>
    public UserList(Dictionary<string, UserSecret> secrets, FileStamp stamp)
    {
        _secrets = secrets;
        Stamp = stamp;
        CommonKind = MostFrequent(secrets.Values);
    }

    /// <summary>What the file looked like when it was read.</summary>
    public FileStamp Stamp { get; }

    /// <summary>How many users there are.</summary>
    public int Count => _secrets.Count;

    /// <summary>The kind of secret that most users have; a made-up secret for an unknown user is of the same kind.</summary>
    public UserSecretKind CommonKind { get; }

    /// <summary>The names, in no order.</summary>
    public IEnumerable<string> Names => _secrets.Keys;

    /// <summary>The user's secret, or null when the file has no such user.</summary>
    public UserSecret? Find(string name) => _secrets.GetValueOrDefault(name);

    // By hand: grouping by an enumeration is code that is compiled while the process starts.
    private static UserSecretKind MostFrequent(IEnumerable<UserSecret> secrets)
    {
        Span<int> counts = stackalloc int[(int)UserSecretKind.Scram + 1];
        foreach (var secret in secrets)
        {
            counts[(int)secret.Kind]++;
        }

        counts[(int)UserSecretKind.None] = 0;
        var common = UserSecretKind.Scram;
        for (var kind = UserSecretKind.None; kind <= UserSecretKind.Scram; kind++)
        {
            common = counts[(int)kind] > counts[(int)common] ? kind : common;
        }

        return common;
    }
}
