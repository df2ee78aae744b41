namespace Pgmux.Core.Parameters;

/// <summary>
/// Values of the tracked run-time parameters, in the order of <see cref="TrackedParameters"/>. Immutable and shared: a client
/// points at its set, a server at the one it has, and equal references need no look inside. Null: never set and never reported,
/// so the server's default.
/// </summary>
internal sealed class ParameterSet : IEquatable<ParameterSet>
{
    private readonly string?[] _values;
    private readonly int _hash;

    private ParameterSet(string?[] values)
    {
        _values = values;
        var hash = new HashCode();
        foreach (var value in values)
        {
            hash.Add(value);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>Parameters in the set.</summary>
    public int Count => _values.Length;

    /// <summary>
    /// Whether a server has accepted every value: then they may be sent ahead of a client's query without waiting for the answer.
    /// </summary>
    public bool IsAccepted { get; private set; }

    /// <summary>The value of the parameter at this position.</summary>
    public string? this[int index] => _values[index];

    /// <summary>A set in which nothing is known.</summary>
    public static ParameterSet Unknown(int count) => new(new string?[count]);

    /// <summary>The same set with one value changed; itself when the value is the same.</summary>
    public ParameterSet With(int index, string? value)
    {
        if (string.Equals(_values[index], value, StringComparison.Ordinal))
        {
            return this;
        }

        var values = (string?[])_values.Clone();
        values[index] = value;
        return new ParameterSet(values);
    }

    /// <summary>Remembers that a server has accepted these values.</summary>
    public void MarkAccepted() => IsAccepted = true;

    /// <inheritdoc/>
    public bool Equals(ParameterSet? other) =>
        other is not null && _hash == other._hash && _values.AsSpan().SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ParameterSet);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;
}
