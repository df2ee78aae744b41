namespace Pgmux.Core.Cancellation;

/// <summary>
/// Clients by the process id of their cancel keys. Open addressing over what the clients hold themselves: a parked client costs a place or
/// two of eight bytes here. Not for several threads at once.
/// </summary>
internal sealed class CancelTable
{
    private const int LeastCapacity = 16;

    // Three of four places may be taken: beyond that searches grow long.
    private const int LoadNumerator = 3;
    private const int LoadDenominator = 4;

    // Far below that, what a crowd has needed goes back when the crowd has gone.
    private const int SparseDivisor = 8;

    // 2^32 divided by the golden ratio: spreads process ids that follow one another, as those of backends do.
    private const uint Spread = 2_654_435_769;

    private ICancelTarget?[] _places = new ICancelTarget?[LeastCapacity];

    /// <summary>How many clients there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a client under its key.</summary>
    public void Add(ICancelTarget target)
    {
        if ((Count + 1) * LoadDenominator > _places.Length * LoadNumerator)
        {
            Resize(_places.Length * 2);
        }

        Place(target);
        Count++;
    }

    /// <summary>Removes a client; nothing happens when it is not there.</summary>
    public void Remove(ICancelTarget target)
    {
        var place = HomeOf(target);
        while (_places[place] is { } entry && entry != target)
        {
            place = Next(place);
        }

        if (_places[place] is null)
        {
            return;
        }

        Close(place);
        Count--;
        if (_places.Length > LeastCapacity && Count < _places.Length / SparseDivisor)
        {
            Resize(_places.Length / 2);
        }
    }

    /// <summary>The clients with this process id.</summary>
    public Candidates Find(int processId) => new(this, processId);

    // Moves up what stands behind a place that becomes free, so that no search ends at it too early.
    private void Close(int hole)
    {
        for (var place = Next(hole); _places[place] is { } entry; place = Next(place))
        {
            var fromHome = Distance(HomeOf(entry), place);
            if (fromHome >= Distance(hole, place))
            {
                _places[hole] = entry;
                hole = place;
            }
        }

        _places[hole] = null;
    }

    private void Resize(int capacity)
    {
        var old = _places;
        _places = new ICancelTarget?[capacity];
        foreach (var entry in old)
        {
            if (entry is not null)
            {
                Place(entry);
            }
        }
    }

    private void Place(ICancelTarget target)
    {
        var place = HomeOf(target);
        while (_places[place] is not null)
        {
            place = Next(place);
        }

        _places[place] = target;
    }

    private int HomeOf(ICancelTarget target) => HomeOf(target.CancelKey.ProcessId);

    // The upper bits of the product are the well spread ones.
    private int HomeOf(int processId) => (int)(((ulong)((uint)processId * Spread) * (uint)_places.Length) >> 32);

    private int Next(int place) => (place + 1) & (_places.Length - 1);

    private int Distance(int from, int to) => (to - from) & (_places.Length - 1);

    /// <summary>Walks the clients with one process id.</summary>
    public ref struct Candidates(CancelTable table, int processId)
    {
        private int _place = table.HomeOf(processId);

        /// <summary>The client.</summary>
        public ICancelTarget Current { get; private set; } = null!;

        /// <summary>This.</summary>
        public readonly Candidates GetEnumerator() => this;

        /// <summary>Goes to the next client.</summary>
        public bool MoveNext()
        {
            while (table._places[_place] is { } entry)
            {
                _place = table.Next(_place);
                if (entry.CancelKey.ProcessId == processId)
                {
                    Current = entry;
                    return true;
                }
            }

            return false;
        }
    }
}
