using System.Text;

namespace Pgmux.Core.Statements.Sql;

/// <summary>Walks over the tokens that mean something, with PostgreSQL's view of what a statement holds together.</summary>
internal ref struct StatementCursor
{
    private readonly ReadOnlySpan<byte> _sql;
    private SqlLexer _lexer;
    private SqlToken _token;

    public StatementCursor(ReadOnlySpan<byte> sql, SqlDialect dialect)
    {
        _sql = sql;
        _lexer = new SqlLexer(sql, dialect);
        Advance();
    }

    /// <summary>The token where the cursor stands.</summary>
    public readonly SqlToken Token => _token;

    /// <summary>Its kind.</summary>
    public readonly SqlTokenKind Kind => _token.Kind;

    /// <summary>Where the token before it ended; blanks and comments between them are behind this.</summary>
    public int EndBefore { get; private set; }

    /// <summary>The statement is over. A semicolon within parentheses, as between the actions of a rule, is stepped over.</summary>
    public readonly bool IsAtEnd => _token.Kind is SqlTokenKind.End or SqlTokenKind.Semicolon;

    /// <summary>Whether a key word, given in lower case, stands here.</summary>
    public readonly bool IsWord(ReadOnlySpan<byte> word) =>
        _token.Kind == SqlTokenKind.Identifier && _token.Length == word.Length && Ascii.EqualsIgnoreCase(_sql.Slice(_token.Start, _token.Length), word);

    /// <summary>Steps over a key word if it stands here.</summary>
    public bool TakeWord(ReadOnlySpan<byte> word)
    {
        var isWord = IsWord(word);
        if (isWord)
        {
            Advance();
        }

        return isWord;
    }

    /// <summary>Takes a name; one with Unicode escapes goes on to the end of its UESCAPE clause.</summary>
    public bool TakeName(out SqlToken name)
    {
        name = _token;
        if (!name.IsName)
        {
            return false;
        }

        Advance();
        if (name.Kind == SqlTokenKind.UnicodeIdentifier && TakeWord("uescape"u8) && _token.Kind == SqlTokenKind.String)
        {
            Advance();
            name = name with { Length = EndBefore - name.Start };
        }

        return true;
    }

    /// <summary>Goes on to the next token that means something, and remembers where the one before ended.</summary>
    public void Advance()
    {
        EndBefore = _token.End;
        while (_lexer.MoveNext(out _token) && _token.IsBlank)
        {
        }
    }

    /// <summary>Goes on by a token, by a whole pair of parentheses, or by a dot and its name, which may be any word.</summary>
    public void Step()
    {
        var isDot = _token.Kind == SqlTokenKind.Other && _sql[_token.Start] == '.';
        var depth = 0;
        do
        {
            depth += _token.Kind switch
            {
                SqlTokenKind.OpenParenthesis => 1,
                SqlTokenKind.CloseParenthesis => -1,
                _ => 0,
            };
            Advance();
        }
        while (depth > 0 && _token.Kind != SqlTokenKind.End);
        if (isDot && _token.Kind == SqlTokenKind.Identifier)
        {
            Advance();
        }
    }

    /// <summary>Goes on to the end of the statement.</summary>
    public void SkipStatement()
    {
        while (!IsAtEnd)
        {
            Step();
        }
    }

    /// <summary>Behind CREATE FUNCTION or PROCEDURE: to the end of the statement, over a body of statements that have ends of their own.</summary>
    public void SkipRoutine()
    {
        while (!IsAtEnd)
        {
            if (!IsWord("begin"u8))
            {
                Step();
            }
            else if (TakeWord("begin"u8) && TakeWord("atomic"u8))
            {
                SkipAtomicBody();
            }
        }
    }

    /// <summary>
    /// Behind BEGIN ATOMIC. Every statement in it ends in a semicolon and none begins with END, so the END of a CASE, which stands
    /// within a statement, is no trouble. Blocks do not nest: the server refuses a routine whose body creates another.
    /// </summary>
    private void SkipAtomicBody()
    {
        while (_token.Kind != SqlTokenKind.End && !TakeWord("end"u8))
        {
            SkipStatement();
            if (_token.Kind == SqlTokenKind.Semicolon)
            {
                Advance();
            }
        }
    }
}
