namespace Pgmux.Core.Statements;

/// <summary>
/// Names of clients, each once: drivers number their statements, so ten thousand clients mean few names by many. Forgets a name when
/// another takes its place; that costs memory and nothing else, as does a race of two loops.
/// </summary>
internal sealed class StatementNamePool
{
    /// <summary>Longest name that is kept: longer than what drivers make of a number or a digest.</summary>
    public const int NameBytesLimit = 64;

    // More than a busy application has at a time; half a megabyte when full.
    private const int Capacity = 4_096;

    private readonly byte[]?[] _names = new byte[Capacity][];

    /// <summary>This name, where it can be the same array that others have.</summary>
    public byte[] Get(ReadOnlySpan<byte> name)
    {
        if (name.Length > NameBytesLimit)
        {
            return name.ToArray();
        }

        // Keyed with a random number of the process: names are the client's choice.
        var hash = new HashCode();
        hash.AddBytes(name);
        ref var place = ref _names[hash.ToHashCode() & (Capacity - 1)];
        return place is { } known && name.SequenceEqual(known) ? known : place = name.ToArray();
    }
}
