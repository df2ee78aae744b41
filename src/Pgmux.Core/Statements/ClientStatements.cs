namespace Pgmux.Core.Statements;

/// <summary>
/// The prepared statements of one client: its names, and the unnamed one. A client has none of this until it prepares something. Open
/// addressing, because every name of every client counts.
/// </summary>
internal sealed class ClientStatements
{
    private const int InitialCapacity = 4;

    /// <summary>Most bytes of names: ten thousand of a hundred bytes.</summary>
    public const int NameBytesLimit = 1024 * 1024;

    // Three of four places may be taken: beyond that searches grow long.
    private const int LoadNumerator = 3;
    private const int LoadDenominator = 4;

    // A new table has room for one in so many of what it holds: else names that come and go would have it built anew each time.
    private const int RoomShare = 8;

    private ClientStatement?[] _table = [];

    // Places taken, also by names that stand for nothing any more.
    private int _used;

    /// <summary>The unnamed statement.</summary>
    public ClientStatement Unnamed { get; } = new([]);

    /// <summary>Portals whose statement is PREPARE, EXECUTE or their kin; null until there is one.</summary>
    public CommandPortals? CommandPortals { get; set; }

    /// <summary>Names that stand for something, or will when what is under way succeeds. Counted each time.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var entry in _table)
            {
                count += entry is { Binding.IsEmpty: false } ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>Names that stand for something, or will, and the unnamed statement when there is one.</summary>
    public IEnumerable<ClientStatement> All => _table.Append(Unnamed).OfType<ClientStatement>().Where(static entry => !entry.Binding.IsEmpty);

    /// <summary>Bytes of the names, with those that stand for nothing any more.</summary>
    public int NameBytes { get; private set; }

    /// <summary>Whether there is room for a further name.</summary>
    public bool HasRoomFor(ReadOnlySpan<byte> name)
    {
        if (NameBytes + name.Length > NameBytesLimit && _table.Length > 0)
        {
            Rebuild();
        }

        return NameBytes + name.Length <= NameBytesLimit;
    }

    /// <summary>Bytes of the statements that the names stand for, shared ones as if they were not. Counted each time.</summary>
    public long Bytes
    {
        get
        {
            var bytes = 0L;
            foreach (var entry in _table)
            {
                bytes += entry?.Binding.View?.Bytes ?? 0;
            }

            return bytes;
        }
    }

    /// <summary>At least as many as <see cref="Count"/>, known without counting.</summary>
    public int MostCount => _used;

    /// <summary>The entry of this name; null when there is none.</summary>
    public ClientStatement? Find(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
        {
            return Unnamed;
        }

        return _table.Length == 0 ? null : _table[PlaceOf(name)];
    }

    /// <summary>The name that stands for the statement of this number; null when none does.</summary>
    public byte[]? NameOf(long number)
    {
        foreach (var entry in _table)
        {
            if (entry is not null && (entry.Binding.View?.Number == number || entry.Binding.Confirmed?.Number == number))
            {
                return entry.Name;
            }
        }

        return Unnamed.Binding.View?.Number == number || Unnamed.Binding.Confirmed?.Number == number ? Unnamed.Name : null;
    }

    /// <summary>The entry of this name, which is added when there is none: a change must be proposed to it next.</summary>
    public ClientStatement GetOrAdd(ReadOnlySpan<byte> name, Statement statement)
    {
        if (Find(name) is { } known)
        {
            return known;
        }

        if ((_used + 1) * LoadDenominator > _table.Length * LoadNumerator)
        {
            Rebuild();
        }

        var entry = new ClientStatement(statement.Keep(name));
        _table[PlaceOf(name)] = entry;
        _used++;
        NameBytes += name.Length;
        return entry;
    }

    /// <summary>
    /// Every named statement is gone: DEALLOCATE ALL. The unnamed one stays, as in PostgreSQL. What is under way comes later.
    /// </summary>
    public void ClearNamed()
    {
        foreach (var entry in _table)
        {
            entry?.Binding.Clear(StatementHolder.Client);
        }
    }

    /// <summary>The client is gone. Nothing may be under way.</summary>
    public void Clear()
    {
        ClearNamed();
        Unnamed.Binding.Clear(StatementHolder.Client);
    }

    // Where the name is, or the free place where it belongs.
    private int PlaceOf(ReadOnlySpan<byte> name)
    {
        var place = HomeOf(name);
        while (_table[place] is { } entry && !name.SequenceEqual(entry.Name))
        {
            place = (place + 1) & (_table.Length - 1);
        }

        return place;
    }

    private int HomeOf(ReadOnlySpan<byte> name)
    {
        // Keyed with a random number of the process: names are the client's choice.
        var hash = new HashCode();
        hash.AddBytes(name);
        return hash.ToHashCode() & (_table.Length - 1);
    }

    // Names that stand for nothing any more are left out: they may be most of them.
    private void Rebuild()
    {
        var entries = _table;
        var kept = Count;
        var capacity = InitialCapacity;
        while (kept + 1 + (kept / RoomShare) > capacity / LoadDenominator * LoadNumerator)
        {
            capacity *= 2;
        }

        _table = new ClientStatement?[capacity];
        _used = kept;
        NameBytes = 0;
        foreach (var entry in entries)
        {
            if (entry is { Binding.IsEmpty: false })
            {
                _table[PlaceOf(entry.Name)] = entry;
                NameBytes += entry.Name.Length;
            }
        }
    }
}
