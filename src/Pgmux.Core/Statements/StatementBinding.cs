namespace Pgmux.Core.Statements;

/// <summary>
/// Which statement something stands for (a name of a client, a place on a server): what holds now, and what will hold when the
/// requests that are under way succeed. Each change is made in a query cycle, is confirmed by its reply, and is taken back when the
/// server fails or skips the request. Every value, confirmed or not, is one reference to its statement.
/// </summary>
internal struct StatementBinding
{
    private Statement? _latest;
    private int _pending;
    private int _cycle;

    /// <summary>What holds now; null is nothing.</summary>
    public Statement? Confirmed { get; private set; }

    /// <summary>What will hold when what is under way succeeds.</summary>
    public readonly Statement? View => _pending > 0 ? _latest : Confirmed;

    /// <summary>Whether replies decide what will hold.</summary>
    public readonly bool IsPending => _pending > 0;

    /// <summary>Whether there is and will be nothing.</summary>
    public readonly bool IsEmpty => _pending == 0 && Confirmed is null;

    /// <summary>
    /// Whether <see cref="View"/> is what a request of this cycle will find: within a cycle everything behind a failure is skipped, but
    /// the next cycle runs whatever became of the one before.
    /// </summary>
    public readonly bool IsCertainIn(int cycle) => _pending == 0 || _cycle == cycle;

    /// <summary>A request of this cycle will bring this.</summary>
    public void Propose(Statement? value, int cycle, StatementHolder holder)
    {
        value?.Add(holder);
        _latest = value;
        _cycle = cycle;
        _pending++;
    }

    /// <summary>The request has succeeded.</summary>
    public void Confirm(Statement? value, StatementHolder holder)
    {
        EndOne();
        Confirmed?.Release(holder);
        Confirmed = value;
    }

    /// <summary>The request has failed, and has left nothing behind: what it was to bring, and what was there.</summary>
    public void Destroy(Statement? value, StatementHolder holder)
    {
        value?.Release(holder);
        Confirm(null, holder);
    }

    /// <summary>The request was not carried out.</summary>
    public void TakeBack(Statement? value, StatementHolder holder)
    {
        EndOne();
        value?.Release(holder);
    }

    /// <summary>Holds from now on; nothing is under way.</summary>
    public void Set(Statement? value, StatementHolder holder)
    {
        value?.Add(holder);
        Confirmed?.Release(holder);
        Confirmed = value;
    }

    /// <summary>Nothing holds any more, whatever was confirmed.</summary>
    public void Clear(StatementHolder holder)
    {
        Confirmed?.Release(holder);
        Confirmed = null;
    }

    private void EndOne()
    {
        _pending--;
        if (_pending == 0)
        {
            _latest = null;
        }
    }
}
