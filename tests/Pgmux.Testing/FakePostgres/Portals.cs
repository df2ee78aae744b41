namespace Pgmux.Testing.FakePostgres;

/// <summary>The portals of one session: they end with their transaction.</summary>
internal sealed class Portals
{
    private readonly Dictionary<string, Portal> _portals = [];

    /// <summary>The names in use, "" among them.</summary>
    public IReadOnlyCollection<string> Names => _portals.Keys;

    /// <summary>Adds one; only the unnamed one takes the place of another.</summary>
    public void Add(Portal portal)
    {
        if (portal.Name.Length == 0)
        {
            _portals.Remove("");
        }

        if (!_portals.TryAdd(portal.Name, portal))
        {
            throw new PostgresErrorException("42P03", $"cursor \"{portal.Name}\" already exists");
        }
    }

    public Portal Find(string name) =>
        _portals.GetValueOrDefault(name) ?? throw new PostgresErrorException("34000", $"portal \"{name}\" does not exist");

    public void Close(string name) => _portals.Remove(name);

    public void Clear() => _portals.Clear();
}
