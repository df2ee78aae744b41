namespace Pgmux.Transport.Loops;

/// <summary>
/// Finds the target of an event by index, without hashing. A slot counts its users: an event that was fetched before its
/// target went away carries an old count and is ignored.
/// </summary>
/// <typeparam name="T">Who hears of events.</typeparam>
internal sealed class SlotTable<T>
    where T : class
{
    private T?[] _targets = new T?[64];
    private uint[] _generations = new uint[64];
    private int[] _free = new int[64];
    private int _freeCount;
    private int _used;

    /// <summary>Targets in the table.</summary>
    public int Count => _used - _freeCount;

    public int Add(T target)
    {
        var slot = _freeCount > 0 ? _free[--_freeCount] : TakeUnused();
        _targets[slot] = target;
        return slot;
    }

    public void Replace(int slot, T target) => _targets[slot] = target;

    public void Remove(int slot)
    {
        _targets[slot] = null;
        _generations[slot]++;
        _free[_freeCount++] = slot;
    }

    /// <summary>What the kernel keeps for us: slot and generation.</summary>
    public ulong DataOf(int slot) => ((ulong)_generations[slot] << 32) | (uint)slot;

    public T? Find(ulong data)
    {
        var slot = (int)(uint)data;
        return _generations[slot] == (uint)(data >> 32) ? _targets[slot] : null;
    }

    /// <summary>Everybody who is in the table now.</summary>
    public T[] ToArray() => [.. _targets.OfType<T>()];

    private int TakeUnused()
    {
        if (_used == _targets.Length)
        {
            Array.Resize(ref _targets, _used * 2);
            Array.Resize(ref _generations, _used * 2);
            Array.Resize(ref _free, _used * 2);
        }

        return _used++;
    }
}
