using System.Collections;

namespace Pgmux.Core.Configuration;

/// <summary>A setting that lists names with commas between them, such as admin_users.</summary>
internal sealed class NameList : IReadOnlyList<string>, IEquatable<NameList>
{
    /// <summary>No names.</summary>
    public static readonly NameList Empty = new("");

    private readonly string[] _names;

    /// <summary>Splits at commas, cuts blanks around each name and drops empty ones, as PgBouncer's list look-up does.</summary>
    public NameList(string text)
    {
        Text = text;
        _names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The list as the operator wrote it.</summary>
    public string Text { get; }

    /// <inheritdoc/>
    public int Count => _names.Length;

    /// <inheritdoc/>
    public string this[int index] => _names[index];

    /// <summary>Whether <paramref name="name"/> is in the list; names of users and databases are case-sensitive.</summary>
    public bool Contains(string name) => Array.IndexOf(_names, name) >= 0;

    /// <summary>The same without regard to the case of ASCII letters, for names of run-time parameters.</summary>
    public bool ContainsParameter(string name) => _names.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public bool Equals(NameList? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NameList);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_names).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _names.GetEnumerator();
}
