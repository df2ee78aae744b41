using Pgmux.Protocol;

namespace Pgmux.Core.Statements;

/// <summary>
/// What one server has parsed under pgmux's names, the least recently used first to go, and what its unnamed statement is. Belongs to
/// the loop that the server is on.
/// </summary>
internal class ServerStatements
{
    private readonly Dictionary<Statement, ServerStatement> _entries = [];
    private ServerStatement? _newest;
    private ServerStatement? _oldest;

    /// <summary>The server's unnamed statement.</summary>
    public StatementBinding Unnamed;

    /// <summary>Named statements that the server has, or will have when what is under way succeeds.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the server has this, or will have when what is under way in this cycle succeeds; null when replies to earlier cycles decide.</summary>
    public bool? Has(Statement statement, int cycle) => !_entries.TryGetValue(statement, out var entry)
        ? false
        : !entry.Binding.IsCertainIn(cycle) ? null : entry.Binding.View is not null && !entry.IsStale;

    /// <summary>Whether the server has a copy that must be closed before the statement is made anew.</summary>
    public bool HasStale(Statement statement) => _entries.TryGetValue(statement, out var entry) && entry is { IsStale: true, Binding.View: not null };

    /// <summary>It is used: it goes last.</summary>
    public void Touch(Statement statement)
    {
        if (_newest?.Statement != statement && _entries.TryGetValue(statement, out var entry))
        {
            Unlink(entry);
            LinkNewest(entry);
        }
    }

    /// <summary>A request that makes it there is being sent.</summary>
    public void ProposeMade(Statement statement, int cycle)
    {
        if (!_entries.TryGetValue(statement, out var entry))
        {
            entry = new ServerStatement(statement);
            _entries.Add(statement, entry);
            LinkNewest(entry);
        }

        entry.OnMaking();
        Count += entry.Binding.View is null ? 1 : 0;
        entry.Binding.Propose(statement, cycle, StatementHolder.Server);
    }

    /// <summary>A request that closes it is being sent.</summary>
    public void ProposeClosed(Statement statement, int cycle)
    {
        if (_entries.TryGetValue(statement, out var entry))
        {
            Count -= entry.Binding.View is null ? 0 : 1;
            entry.Binding.Propose(null, cycle, StatementHolder.Server);
        }
    }

    /// <summary>The least recently used one that can be closed now; null when replies to earlier cycles decide about all.</summary>
    public Statement? FindVictim(int cycle, IReadOnlyList<Statement>? spared)
    {
        var entry = _oldest;
        while (entry is not null && (entry.Binding.View is null || !entry.Binding.IsCertainIn(cycle) || (spared is not null && spared.Contains(entry.Statement))))
        {
            entry = entry.Newer;
        }

        return entry?.Statement;
    }

    /// <summary>The server has made it, by SQL.</summary>
    public void OnMade(Statement statement)
    {
        ProposeMade(statement, cycle: 0);
        Confirm(statement, statement);
    }

    /// <summary>The request has been answered: the server has it (<paramref name="value"/>), or has it no longer (null).</summary>
    public void Confirm(Statement statement, Statement? value)
    {
        var entry = _entries[statement];
        var before = entry.Binding.View;
        entry.Binding.Confirm(value, StatementHolder.Server);
        if (value is not null)
        {
            entry.OnMade();
        }

        OnChanged(entry, before);
    }

    /// <summary>The request has failed or was skipped: nothing has changed on the server.</summary>
    public virtual void TakeBack(Statement statement, Statement? value)
    {
        var entry = _entries[statement];
        var before = entry.Binding.View;
        entry.Binding.TakeBack(value, StatementHolder.Server);
        OnChanged(entry, before);
    }

    /// <summary>A request that used or was to make this statement was answered with an error of this SQLSTATE.</summary>
    public void OnError(Statement statement, StatementEffect effect, string sqlState)
    {
        if (effect == StatementEffect.Make && sqlState == SqlState.DuplicatePreparedStatement)
        {
            // Our name, so our statement: it was there though we took it for lost.
            OnMade(statement);
        }

        if (effect != StatementEffect.Use || sqlState is not (SqlState.FeatureNotSupported or SqlState.UndefinedPreparedStatement))
        {
            return;
        }

        if (Unnamed.Confirmed == statement)
        {
            // It may have been used as the unnamed one.
            Unnamed.Set(Statement.Unknown, StatementHolder.Server);
        }

        // At Bind and Describe "feature not supported" says that the cached plan must not change its result type.
        if (sqlState == SqlState.FeatureNotSupported)
        {
            statement.OnStale();
        }
        else if (_entries.TryGetValue(statement, out var entry))
        {
            // Or another that the same text names: closing one that is not there does no harm, making one that is there is refused.
            entry.OnUnknown();
        }
    }

    /// <summary>The server has dropped it, by SQL.</summary>
    public void OnDropped(Statement statement)
    {
        if (_entries.TryGetValue(statement, out var entry))
        {
            var before = entry.Binding.View;
            entry.Binding.Clear(StatementHolder.Server);
            OnChanged(entry, before);
        }
    }

    /// <summary>The server has dropped everything that was confirmed: DISCARD ALL or DEALLOCATE ALL.</summary>
    public virtual void OnAllDropped()
    {
        foreach (var entry in _entries.Values.ToArray())
        {
            var before = entry.Binding.View;
            entry.Binding.Clear(StatementHolder.Server);
            OnChanged(entry, before);
        }
    }

    /// <summary>The connection is closed. Nothing may be under way.</summary>
    public virtual void Clear()
    {
        OnAllDropped();
        Unnamed.Clear(StatementHolder.Server);
    }

    private void OnChanged(ServerStatement entry, Statement? before)
    {
        Count += (entry.Binding.View is null ? 0 : 1) - (before is null ? 0 : 1);
        if (entry.Binding.IsEmpty)
        {
            _entries.Remove(entry.Statement);
            Unlink(entry);
        }
    }

    private void LinkNewest(ServerStatement entry)
    {
        entry.Older = _newest;
        entry.Newer = null;
        if (_newest is not null)
        {
            _newest.Newer = entry;
        }

        _newest = entry;
        _oldest ??= entry;
    }

    private void Unlink(ServerStatement entry)
    {
        if (entry.Newer is null)
        {
            _newest = entry.Older;
        }
        else
        {
            entry.Newer.Older = entry.Older;
        }

        if (entry.Older is null)
        {
            _oldest = entry.Newer;
        }
        else
        {
            entry.Older.Newer = entry.Newer;
        }
    }
}
