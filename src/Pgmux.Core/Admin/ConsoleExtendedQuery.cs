using System.Buffers;
using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>
/// The extended protocol of the console: statements, portals, and the skip to the next Sync after an error. Methods that
/// read a message throw <see cref="ProtocolViolationException"/> when it is malformed.
/// </summary>
/// <param name="executor">Runs the commands.</param>
/// <param name="errors">Writes the errors.</param>
internal sealed class ConsoleExtendedQuery(ConsoleExecutor executor, ConsoleErrors errors)
{
    /// <summary>More than any driver keeps; together with the longest message it bounds the memory of a session.</summary>
    private const int MostStatements = 100;

    /// <summary>A portal may hold a whole result, and drivers use one at a time.</summary>
    private const int MostPortals = 8;

    // duplicate_cursor
    private const string DuplicateCursor = "42P03";

    private readonly Dictionary<string, ConsoleStatement> _statements = [];
    private readonly Dictionary<string, ConsolePortal> _portals = [];

    /// <summary>Whether an error came and the Sync behind it has not: messages are dropped until then.</summary>
    public bool IsSkippingToSync { get; private set; }

    /// <summary>An error outside of this class that must be followed by a skip as well.</summary>
    public void SkipToSync() => IsSkippingToSync = true;

    /// <summary>A simple query comes: it drops the unnamed statement and all portals.</summary>
    public void BeginSimpleQuery()
    {
        _statements.Remove("");
        _portals.Clear();
    }

    /// <summary>Parse.</summary>
    public void Parse(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(body);
        var parse = Protocol.Parse.Read(ref reader);
        var name = WireText.Decode(parse.Name);
        var text = WireText.Decode(parse.Query);
        if (name.Length > 0 && _statements.ContainsKey(name))
        {
            SkipAfter(output, SqlState.DuplicatePreparedStatement, $"prepared statement \"{name}\" already exists");
        }
        else if (_statements.Count >= MostStatements && !_statements.ContainsKey(name))
        {
            SkipAfter(output, SqlState.ProgramLimitExceeded, $"the console keeps at most {MostStatements} prepared statements");
        }
        else if (!ConsoleCommandParser.TryParse(text, out var command, out var problem))
        {
            SkipAfter(output, SqlState.ProtocolViolation, problem);
        }
        else
        {
            _statements[name] = new ConsoleStatement(command, text, ConsoleExecutor.ColumnsOf(command));
            BackendMessages.WriteParseComplete(output);
        }
    }

    /// <summary>Bind.</summary>
    public void Bind(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(body);
        var bind = Protocol.Bind.Read(ref reader);
        var portal = WireText.Decode(bind.Portal);
        var name = WireText.Decode(bind.Statement);

        // No console command has a parameter, so their formats and values must be none.
        var parameterFormats = ResultFormats.Read(ref reader);
        var parameters = reader.ReadInt16();
        if (parameters != 0)
        {
            SkipAfter(output, SqlState.ProtocolViolation, $"bind message supplies {(ushort)parameters} parameters, but a console command requires 0");
            return;
        }

        var formats = ResultFormats.Read(ref reader);
        reader.ExpectEnd();
        if (!_statements.TryGetValue(name, out var statement))
        {
            SkipAfter(output, SqlState.InvalidSqlStatementName, NoStatement(name));
        }
        else if (portal.Length > 0 && _portals.ContainsKey(portal))
        {
            SkipAfter(output, DuplicateCursor, $"cursor \"{portal}\" already exists");
        }
        else if (_portals.Count >= MostPortals && !_portals.ContainsKey(portal))
        {
            SkipAfter(output, SqlState.ProgramLimitExceeded, $"the console keeps at most {MostPortals} portals");
        }
        else if (!formats.AreKnown() || !parameterFormats.AreKnown())
        {
            SkipAfter(output, SqlState.InvalidParameterValue, "unsupported format code");
        }
        else if (!formats.Fit(statement.Columns?.Length ?? 0))
        {
            SkipAfter(output, SqlState.ProtocolViolation, "bind message has another number of result formats than the command has columns");
        }
        else
        {
            _portals[portal] = new ConsolePortal(statement, formats);
            BackendMessages.WriteBindComplete(output);
        }
    }

    /// <summary>Describe.</summary>
    public void Describe(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(body);
        var describe = Protocol.Describe.Read(ref reader);
        var name = WireText.Decode(describe.Name);
        switch (describe.Kind)
        {
            case StatementOrPortal.Statement when _statements.TryGetValue(name, out var statement):
                BackendMessages.WriteParameterDescription(output, []);
                DescribeColumns(statement, ResultFormats.Text, output);
                break;
            case StatementOrPortal.Portal when _portals.TryGetValue(name, out var portal):
                DescribeColumns(portal.Statement, portal.Formats, output);
                break;
            default:
                RefuseTarget("DESCRIBE", describe.Kind, name, output);
                break;
        }
    }

    /// <summary>Execute.</summary>
    public async ValueTask ExecuteAsync(ReadOnlyMemory<byte> body, IBufferWriter<byte> output)
    {
        var (name, maximumRows) = ReadExecute(body.Span);
        if (!_portals.TryGetValue(name, out var portal))
        {
            SkipAfter(output, SqlState.InvalidCursorName, NoPortal(name));
            return;
        }

        var isFirst = portal.Answer is null;
        var answer = portal.Answer ??= await executor.RunAsync(portal.Statement.Command, portal.Statement.Text);
        if (answer.IsSilent)
        {
            return;
        }

        if (answer.Error is { } error)
        {
            errors.Write(output, error);
            IsSkippingToSync = true;
            return;
        }

        if (isFirst)
        {
            answer.WriteNotice(output);
        }

        if (answer.Table is { } table)
        {
            var rest = table.Rows.Count - portal.RowsSent;
            var count = maximumRows > 0 ? Math.Min(maximumRows, rest) : rest;
            new ResultWriter(portal.Formats).WriteRows(output, table, portal.RowsSent, count);
            portal.RowsSent += count;

            // As in PostgreSQL, a limit that was reached exactly suspends too: only one more Execute tells that it was the end.
            if (maximumRows > 0 && count == maximumRows)
            {
                BackendMessages.WritePortalSuspended(output);
                return;
            }
        }

        BackendMessages.WriteCommandComplete(output, answer.Tag);
    }

    /// <summary>Close.</summary>
    public void Close(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(body);
        var close = Protocol.Close.Read(ref reader);
        var name = WireText.Decode(close.Name);
        switch (close.Kind)
        {
            case StatementOrPortal.Statement:
                _statements.Remove(name);
                BackendMessages.WriteCloseComplete(output);
                break;
            case StatementOrPortal.Portal:
                _portals.Remove(name);
                BackendMessages.WriteCloseComplete(output);
                break;
            default:
                RefuseTarget("CLOSE", close.Kind, name, output);
                break;
        }
    }

    /// <summary>Sync: the end of the skip, of the implicit transaction, and with it of its portals.</summary>
    public void Sync(IBufferWriter<byte> output)
    {
        IsSkippingToSync = false;
        _portals.Clear();
        BackendMessages.WriteReadyForQuery(output, TransactionStatus.Idle);
    }

    private static (string Portal, int MaximumRows) ReadExecute(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        var execute = Protocol.Execute.Read(ref reader);
        return (WireText.Decode(execute.Portal), execute.MaximumRows);
    }

    private static void DescribeColumns(ConsoleStatement statement, ResultFormats formats, IBufferWriter<byte> output)
    {
        if (statement.Columns is { } columns)
        {
            new ResultWriter(formats).WriteRowDescription(output, columns);
        }
        else
        {
            BackendMessages.WriteNoData(output);
        }
    }

    private void RefuseTarget(string message, byte kind, string name, IBufferWriter<byte> output)
    {
        switch (kind)
        {
            case StatementOrPortal.Statement:
                SkipAfter(output, SqlState.InvalidSqlStatementName, NoStatement(name));
                break;
            case StatementOrPortal.Portal:
                SkipAfter(output, SqlState.InvalidCursorName, NoPortal(name));
                break;
            default:
                SkipAfter(output, SqlState.ProtocolViolation, $"invalid {message} message subtype {kind}");
                break;
        }
    }

    private void SkipAfter(IBufferWriter<byte> output, string sqlState, string message)
    {
        errors.Write(output, sqlState, message);
        IsSkippingToSync = true;
    }

    private static string NoStatement(string name)
        => name.Length == 0 ? "unnamed prepared statement does not exist" : $"prepared statement \"{name}\" does not exist";

    private static string NoPortal(string name) => $"portal \"{name}\" does not exist";
}
