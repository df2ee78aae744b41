namespace Pgmux.Benchmarks.Pooling;

/// <summary>Many borrowers and few servers: whoever gets one brings it back at once and goes to the end of the queue.</summary>
internal sealed class Crowd : IDisposable
{
    private readonly PoolRig _rig;
    private readonly HandOvers _handOvers = new();
    private readonly Borrower[] _borrowers;

    public Crowd(int loopCount, int serverCount, int borrowerCount)
    {
        _rig = new PoolRig(loopCount, serverCount);
        _borrowers = [.. Enumerable.Range(0, borrowerCount).Select(number => _rig.Join(number, _handOvers))];
        foreach (var borrower in _borrowers)
        {
            borrower.Ask();
            _rig.Network.RunUntilIdle();
        }
    }

    /// <summary>As many leases as there are borrowers.</summary>
    /// <returns>How many there were.</returns>
    public int GoRound()
    {
        // Those who hold a server begin. Each gives way to one who waits.
        var begun = 0;
        foreach (var borrower in _borrowers)
        {
            begun += borrower.Server is null ? 0 : 1;
        }

        _handOvers.Allow(_borrowers.Length - begun);
        foreach (var borrower in _borrowers)
        {
            if (borrower.Server is not null && begun-- > 0)
            {
                borrower.GoToTheEnd();
            }
        }

        _rig.Network.RunUntilIdle();
        return _borrowers.Length;
    }

    /// <summary>Goes round some times, and fails unless everybody has had as many leases as the others, but for the turn that it is.</summary>
    public void ExpectFairness()
    {
        const int Rounds = 10;
        var before = _borrowers.Sum(borrower => borrower.Leases);
        for (var round = 0; round < Rounds; round++)
        {
            GoRound();
        }

        var leases = _borrowers.Sum(borrower => borrower.Leases) - before;
        var most = _borrowers.Max(borrower => borrower.Leases);
        var least = _borrowers.Min(borrower => borrower.Leases);
        if (leases != Rounds * _borrowers.Length || most - least > 2)
        {
            throw new InvalidOperationException($"{leases} leases, {least} to {most} for each");
        }
    }

    public void Dispose() => _rig.Dispose();
}
