namespace Pgmux.Core.Servers;

/// <summary>The requests of one server that are owed replies, oldest first, in a ring that grows and, when a deep pipeline is over, shrinks.</summary>
internal sealed class RequestRing
{
    private const int InitialCapacity = 32;

    // Room for a thousand requests stays; more was a deep pipeline.
    private const int LargestCapacityKept = InitialCapacity * 32;

    private OutstandingRequest[] _ring = new OutstandingRequest[InitialCapacity];
    private int _head;

    /// <summary>Requests in it.</summary>
    public int Count { get; private set; }

    /// <summary>The oldest; meaningless while there is none.</summary>
    public ref OutstandingRequest First => ref _ring[_head];

    /// <summary>The one at this position, from the oldest on.</summary>
    public ref OutstandingRequest this[int index] => ref _ring[(_head + index) & (_ring.Length - 1)];

    /// <summary>Adds the newest.</summary>
    public void Add(in OutstandingRequest request)
    {
        if (Count == _ring.Length)
        {
            var larger = new OutstandingRequest[_ring.Length * 2];
            for (var i = 0; i < Count; i++)
            {
                larger[i] = this[i];
            }

            _ring = larger;
            _head = 0;
        }

        this[Count] = request;
        Count++;
    }

    /// <summary>Takes the oldest off.</summary>
    public void RemoveFirst()
    {
        ref var first = ref _ring[_head];
        if (first.Subject is not null || first.Statement is not null)
        {
            // Lets go of what it holds; the rest of an entry is overwritten by the next.
            first = default;
        }

        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        if (Count == 0 && _ring.Length > LargestCapacityKept)
        {
            _ring = new OutstandingRequest[InitialCapacity];
            _head = 0;
        }
    }

    /// <summary>Takes off all but the oldest so many.</summary>
    public void KeepFirst(int count)
    {
        for (var i = count; i < Count; i++)
        {
            this[i] = default;
        }

        Count = count;
    }
}
