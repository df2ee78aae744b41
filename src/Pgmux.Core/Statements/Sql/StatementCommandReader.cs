namespace Pgmux.Core.Statements.Sql;

/// <summary>
/// Finds the commands on prepared statements in a text of one or more statements. It follows the grammar as far as statements end and
/// commands begin; a text that the server refuses anyway (as a whole, before it runs any of it) may be read otherwise.
/// </summary>
internal ref struct StatementCommandReader
{
    private StatementCursor _cursor;

    public StatementCommandReader(ReadOnlySpan<byte> sql, SqlDialect dialect) => _cursor = new StatementCursor(sql, dialect);

    /// <summary>Statements seen so far that are not empty; all of them once <see cref="MoveNext"/> has returned false.</summary>
    public int StatementCount { get; private set; }

    /// <summary>
    /// False for sure when there is no command in <paramref name="sql"/>; true when only reading can tell. Costs a few nanoseconds for a
    /// single statement of another kind.
    /// </summary>
    public static bool MayContain(ReadOnlySpan<byte> sql) => StatementCommandScreen.MayContain(sql);

    /// <summary>Reads on to the next command; false when there is none up to the end of the text.</summary>
    public bool MoveNext(out StatementCommand command)
    {
        while (true)
        {
            while (_cursor.Kind == SqlTokenKind.Semicolon)
            {
                _cursor.Advance();
            }

            if (_cursor.Kind == SqlTokenKind.End)
            {
                command = default;
                return false;
            }

            StatementCount++;
            var isFound = TryReadCommand(out command);
            _cursor.SkipStatement();
            if (isFound)
            {
                return true;
            }
        }
    }

    private bool TryReadCommand(out StatementCommand command)
    {
        if (_cursor.Kind == SqlTokenKind.Identifier)
        {
            if (_cursor.TakeWord("execute"u8))
            {
                return TryReadExecute(isWhole: true, out command);
            }

            if (_cursor.TakeWord("prepare"u8))
            {
                return TryReadPrepare(out command);
            }

            if (_cursor.TakeWord("deallocate"u8))
            {
                return TryReadDeallocate(out command);
            }

            if (_cursor.TakeWord("discard"u8))
            {
                var isAll = _cursor.TakeWord("all"u8) && _cursor.IsAtEnd;
                command = Command(StatementCommandKind.DiscardAll);
                return isAll;
            }

            if (_cursor.TakeWord("explain"u8))
            {
                return TryReadExplain(out command);
            }

            if (_cursor.TakeWord("create"u8))
            {
                return TryReadCreate(out command);
            }
        }

        command = default;
        return false;
    }

    private bool TryReadPrepare(out StatementCommand command)
    {
        command = default;
        if (!_cursor.TakeName(out var name))
        {
            return false;
        }

        if (_cursor.Kind == SqlTokenKind.OpenParenthesis)
        {
            _cursor.Step();
        }

        // PREPARE TRANSACTION is followed by a string; before AS it is a statement of that name.
        if (!_cursor.IsWord("as"u8))
        {
            return false;
        }

        _cursor.SkipStatement();
        command = Command(StatementCommandKind.Prepare, name) with { DefinitionStart = name.End, DefinitionLength = _cursor.EndBefore - name.End };
        return true;
    }

    /// <summary>Behind EXECUTE. Whatever follows a name by itself or with a list of values belongs to the statement around it.</summary>
    private bool TryReadExecute(bool isWhole, out StatementCommand command)
    {
        command = default;
        if (!_cursor.TakeName(out var name))
        {
            return false;
        }

        if (_cursor.Kind == SqlTokenKind.OpenParenthesis)
        {
            _cursor.Step();
        }

        command = Command(StatementCommandKind.Execute, name) with { IsWhole = isWhole };
        return _cursor.IsAtEnd || !isWhole;
    }

    private bool TryReadDeallocate(out StatementCommand command)
    {
        command = default;
        var word = _cursor.Token;
        if (_cursor.TakeWord("prepare"u8) && _cursor.IsAtEnd)
        {
            // PREPARE is a word that may be a name, and here it is one.
            command = Command(StatementCommandKind.Deallocate, word);
            return true;
        }

        if (_cursor.TakeWord("all"u8))
        {
            command = Command(StatementCommandKind.DeallocateAll);
        }
        else if (_cursor.TakeName(out var name))
        {
            command = Command(StatementCommandKind.Deallocate, name);
        }
        else
        {
            return false;
        }

        return _cursor.IsAtEnd;
    }

    private bool TryReadExplain(out StatementCommand command)
    {
        if (_cursor.Kind == SqlTokenKind.OpenParenthesis)
        {
            _cursor.Step();
        }
        else
        {
            _ = _cursor.TakeWord("analyze"u8) || _cursor.TakeWord("analyse"u8);
            _ = _cursor.TakeWord("verbose"u8);
        }

        if (_cursor.TakeWord("execute"u8))
        {
            return TryReadExecute(isWhole: false, out command);
        }

        command = default;
        return _cursor.TakeWord("create"u8) && TryReadCreate(out command);
    }

    private bool TryReadCreate(out StatementCommand command)
    {
        command = default;
        if (_cursor.TakeWord("or"u8))
        {
            _ = _cursor.TakeWord("replace"u8);
        }

        if (_cursor.TakeWord("function"u8) || _cursor.TakeWord("procedure"u8))
        {
            _cursor.SkipRoutine();
            return false;
        }

        while (_cursor.TakeWord("local"u8) || _cursor.TakeWord("global"u8) || _cursor.TakeWord("temporary"u8) || _cursor.TakeWord("temp"u8) || _cursor.TakeWord("unlogged"u8))
        {
            // How long the table lives does not matter here.
        }

        if (!_cursor.TakeWord("table"u8))
        {
            return false;
        }

        // The first AS outside of parentheses is the table's; a later one may well give a column the name "execute".
        while (!_cursor.IsAtEnd && !_cursor.IsWord("as"u8))
        {
            _cursor.Step();
        }

        return _cursor.TakeWord("as"u8) && _cursor.TakeWord("execute"u8) && TryReadExecute(isWhole: false, out command);
    }

    private readonly StatementCommand Command(StatementCommandKind kind, SqlToken name = default) =>
        new() { Kind = kind, NameStart = name.Start, NameLength = name.Length, StatementIndex = StatementCount - 1, IsWhole = true };
}
