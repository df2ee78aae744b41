using System.Text;

namespace Pgmux.Testing.FakePostgres;

/// <summary>
/// The prepared statements of one session by the rules of prepare.c: names count by their first 63 bytes, Parse and PREPARE share
/// them, and one statement has no name.
/// </summary>
internal sealed class PreparedStatements(FakeDatabase database)
{
    // NAMEDATALEN without the zero byte.
    private const int NameBytes = 63;

    private readonly Dictionary<string, (string Name, PreparedStatement Statement)> _named = [];

    /// <summary>The statement without a name, if there is one.</summary>
    public PreparedStatement? Unnamed { get; set; }

    /// <summary>The names in use.</summary>
    public IReadOnlyList<string> Names => [.. _named.Values.Select(entry => entry.Name)];

    /// <summary>Those of them that the multiplexer has not given.</summary>
    public IReadOnlyList<string> ClientNames => [.. Names.Where(name => !name.StartsWith(StatementAudit.Prefix, StringComparison.Ordinal))];

    public void Store(string name, PreparedStatement statement)
    {
        if (!_named.TryAdd(Key(name), (name, statement)))
        {
            throw new PostgresErrorException("42P05", $"prepared statement \"{name}\" already exists");
        }

        database.Audit?.OnStored(name, statement, Names);
    }

    /// <summary>The statement of Bind and Describe, where "" is the unnamed one.</summary>
    public PreparedStatement OfMessage(string name) =>
        name.Length > 0 ? Named(name) : Unnamed ?? throw new PostgresErrorException("26000", "unnamed prepared statement does not exist", "exec_bind_message");

    public PreparedStatement Named(string name) => Find(name) ?? throw Unknown(name);

    public PreparedStatement? Find(string name) => _named.TryGetValue(Key(name), out var entry) ? entry.Statement : null;

    /// <summary>Close: nothing happens when there is none.</summary>
    public void Close(string name)
    {
        if (name.Length == 0)
        {
            Unnamed = null;
        }
        else
        {
            _named.Remove(Key(name));
        }
    }

    /// <summary>DEALLOCATE.</summary>
    public void Deallocate(string name)
    {
        if (!_named.Remove(Key(name)))
        {
            throw Unknown(name);
        }
    }

    /// <summary>DEALLOCATE ALL, which leaves the unnamed one.</summary>
    public void DeallocateAll() => _named.Clear();

    /// <summary>The tables of all statements that are here change their columns.</summary>
    public void MakeStale()
    {
        foreach (var statement in _named.Values.Select(entry => entry.Statement).Append(Unnamed).OfType<PreparedStatement>())
        {
            statement.IsStale = statement.ReturnsRows;
        }
    }

    private static PostgresErrorException Unknown(string name) => new("26000", $"prepared statement \"{name}\" does not exist", "FetchPreparedStatement");

    private static string Key(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        return Encoding.Latin1.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, NameBytes)));
    }
}
