namespace Pgmux.Testing.FakePostgres;

/// <summary>Where a session's transaction stands, and what ends with it.</summary>
internal sealed class TransactionBlock(RuntimeParameters parameters, Portals portals, Ledger ledger)
{
    private readonly List<string> _inserted = [];

    /// <summary>I, T or E, as ReadyForQuery says it.</summary>
    public char Status { get; private set; } = 'I';

    public bool HasFailed => Status == 'E';

    /// <summary>Whether something was executed since the last Sync, in the extended protocol.</summary>
    public bool IsPipeline { get; set; }

    /// <summary>A statement is about to run: there is a transaction from here on, a block or not.</summary>
    public void BeginStatement() => parameters.Begin();

    /// <summary>INSERT: the row is there for everybody once the transaction has committed.</summary>
    public void Insert(string row) => _inserted.Add(row);

    /// <summary>BEGIN.</summary>
    public void BeginBlock() => Status = 'T';

    /// <summary>COMMIT or ROLLBACK; the tag of what was done.</summary>
    public string EndBlock(string word)
    {
        var isCommit = word == "COMMIT" && !HasFailed;
        Status = 'I';
        if (isCommit)
        {
            EndTransaction();
        }
        else
        {
            Abort();
        }

        return isCommit ? "COMMIT" : "ROLLBACK";
    }

    /// <summary>An error: a block waits for its end, anything else is rolled back at once.</summary>
    public void Fail()
    {
        if (Status == 'I')
        {
            Abort();
        }
        else
        {
            Status = 'E';
        }
    }

    /// <summary>Sync or the end of a Query: what ran outside a block is committed.</summary>
    public void EndCycle()
    {
        if (Status == 'I')
        {
            EndTransaction();
        }
    }

    /// <summary>A failed transaction takes nothing but its end.</summary>
    public void RequireUsable(ModelStatement? statement)
    {
        if (HasFailed && statement is { IsTransactionExit: false })
        {
            throw PostgresErrorException.Aborted();
        }
    }

    /// <summary>For statements that only run by themselves.</summary>
    public void RequireNone(string command, bool isAlone)
    {
        if (Status != 'I' || !isAlone)
        {
            throw new PostgresErrorException("25001", $"{command} cannot run inside a transaction block");
        }

        if (IsPipeline)
        {
            throw new PostgresErrorException("25001", $"{command} cannot be executed within a pipeline");
        }
    }

    private void EndTransaction()
    {
        parameters.Commit();
        ledger.Commit(_inserted);
        _inserted.Clear();
        portals.Clear();
        IsPipeline = false;
    }

    private void Abort()
    {
        parameters.RollBack();
        _inserted.Clear();
        portals.Clear();
        IsPipeline = false;
    }
}
