namespace Pgmux.Core.Statements.Sql;

/// <summary>
/// Cuts a text into the tokens that PostgreSQL sees, blanks and comments included: every byte belongs to exactly one. What the server
/// will refuse is cut somehow; the lexer never fails.
/// </summary>
internal ref struct SqlLexer(ReadOnlySpan<byte> sql, SqlDialect dialect)
{
    private readonly ReadOnlySpan<byte> _sql = sql;
    private readonly SqlDialect _dialect = dialect;
    private int _position;

    /// <summary>What a text begins with behind blanks, comments and empty statements. Which dialect it is makes no difference to them.</summary>
    public static SqlToken FirstToken(ReadOnlySpan<byte> sql)
    {
        var lexer = new SqlLexer(sql, default);
        SqlToken token;
        do
        {
            lexer.MoveNext(out token);
        }
        while (token.IsBlank || token.Kind == SqlTokenKind.Semicolon);
        return token;
    }

    /// <summary>Reads the next token; false, with a token of kind <see cref="SqlTokenKind.End"/>, when the text is over.</summary>
    public bool MoveNext(out SqlToken token)
    {
        var start = _position;
        var kind = start < _sql.Length ? Read(_sql[start]) : SqlTokenKind.End;
        token = new SqlToken(kind, start, _position - start);
        return kind != SqlTokenKind.End;
    }

    private SqlTokenKind Read(byte first)
    {
        switch (first)
        {
            case (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or (byte)'\v':
                _position = SqlScan.EndOfBlanks(_sql, _position);
                return SqlTokenKind.Whitespace;
            case (byte)';':
                return Single(SqlTokenKind.Semicolon);
            case (byte)'(':
                return Single(SqlTokenKind.OpenParenthesis);
            case (byte)')':
                return Single(SqlTokenKind.CloseParenthesis);
            case (byte)'[':
                return Single(SqlTokenKind.OpenBracket);
            case (byte)']':
                return Single(SqlTokenKind.CloseBracket);
            case (byte)'\'':
                return ReadString(prefixBytes: 0, _dialect.HasBackslashEscapes ? SqlStringRule.Escapes : SqlStringRule.Doubling);
            case (byte)'"':
                return ReadQuotedIdentifier(prefixBytes: 0, SqlTokenKind.QuotedIdentifier);
            case (byte)'$':
                return ReadDollar();
            case (byte)'-' when Next(1) == '-':
                _position = SqlScan.EndOfLine(_sql, _position);
                return SqlTokenKind.Comment;
            case (byte)'/' when Next(1) == '*':
                return To(SqlScan.EndOfBlockComment(_sql, _position), SqlTokenKind.Comment);
            case (byte)'.' when SqlBytes.IsDigit(Next(1)):
                return ReadNumber();
            default:
                return ReadOther(first);
        }
    }

    private SqlTokenKind ReadOther(byte first)
    {
        if (SqlBytes.IsIdentifierStart(first))
        {
            return ReadWord(first);
        }

        if (SqlBytes.IsDigit(first))
        {
            return ReadNumber();
        }

        if (SqlBytes.OperatorBytes.Contains(first))
        {
            _position += SqlScan.OperatorLength(_sql[_position..]);
            return SqlTokenKind.Operator;
        }

        return Single(SqlTokenKind.Other);
    }

    /// <summary>An identifier, or the string or quoted name that a letter announces.</summary>
    private SqlTokenKind ReadWord(byte first)
    {
        switch (first | 0x20)
        {
            case 'e' when Next(1) == '\'':
                return ReadString(prefixBytes: 1, SqlStringRule.Escapes);
            case 'b' or 'x' when Next(1) == '\'':
                return ReadString(prefixBytes: 1, SqlStringRule.Verbatim);
            case 'n' when Next(1) == '\'':
                return ReadString(prefixBytes: 1, _dialect.HasBackslashEscapes ? SqlStringRule.Escapes : SqlStringRule.Doubling);
            case 'u' when Next(1) == '&' && Next(2) == '\'':
                return ReadString(prefixBytes: 2, SqlStringRule.Doubling);
            case 'u' when Next(1) == '&' && Next(2) == '"':
                return ReadQuotedIdentifier(prefixBytes: 2, SqlTokenKind.UnicodeIdentifier);
            default:
                while (_position < _sql.Length && SqlBytes.IsIdentifierPart(_sql[_position]))
                {
                    _position += _dialect.CharacterLength(_sql, _position);
                }

                return SqlTokenKind.Identifier;
        }
    }

    private SqlTokenKind ReadString(int prefixBytes, SqlStringRule rule) =>
        To(SqlQuotes.EndOfString(_sql, _position + prefixBytes, rule, _dialect), SqlTokenKind.String);

    private SqlTokenKind ReadQuotedIdentifier(int prefixBytes, SqlTokenKind kind) =>
        To(SqlQuotes.EndOfQuotedIdentifier(_sql, _position + prefixBytes), kind);

    /// <summary>A parameter, a dollar quote, or a dollar without meaning.</summary>
    private SqlTokenKind ReadDollar()
    {
        if (SqlBytes.IsDigit(Next(1)))
        {
            _position = SqlScan.EndOfDigits(_sql, _position + 1);
            return SqlTokenKind.Parameter;
        }

        var delimiterLength = SqlQuotes.DollarDelimiterLength(_sql[_position..], _dialect);
        if (delimiterLength == 0)
        {
            return Single(SqlTokenKind.Other);
        }

        // Nothing in the body means anything, save the same delimiter again, even inside of what looks like another one.
        var body = _position + delimiterLength;
        var length = _sql[body..].IndexOf(_sql.Slice(_position, delimiterLength));
        return To(length < 0 ? -1 : body + length + delimiterLength, SqlTokenKind.String);
    }

    private SqlTokenKind ReadNumber()
    {
        _position = SqlScan.EndOfNumber(_sql, _position);
        return SqlTokenKind.Number;
    }

    private SqlTokenKind Single(SqlTokenKind kind)
    {
        _position++;
        return kind;
    }

    private SqlTokenKind To(int end, SqlTokenKind kind)
    {
        _position = end < 0 ? _sql.Length : end;
        return end < 0 ? SqlTokenKind.Unterminated : kind;
    }

    // Zero, which no token contains, where the text is over.
    private readonly byte Next(int distance) => _position + distance < _sql.Length ? _sql[_position + distance] : (byte)0;
}
