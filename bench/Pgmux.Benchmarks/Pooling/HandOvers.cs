namespace Pgmux.Benchmarks.Pooling;

/// <summary>How many more times a server may go from one waiter to the next: without an end they would go round for ever.</summary>
internal sealed class HandOvers
{
    private int _left;

    public void Allow(int count) => _left = count;

    public bool TryTake()
    {
        if (_left == 0)
        {
            return false;
        }

        _left--;
        return true;
    }
}
