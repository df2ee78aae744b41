namespace Pgmux.Testing.FakePostgres;

/// <summary>The messages of the extended query protocol, by the rules of exec_parse_message and its kin in postgres.c.</summary>
internal sealed class ExtendedQuery(
    RuntimeParameters parameters, PreparedStatements statements, Portals portals, TransactionBlock transaction, StatementRunner runner)
{
    public IEnumerable<byte[]> Parse(string name, string sql, MessageCursor rest)
    {
        if (name.Length == 0)
        {
            statements.Unnamed = null;
        }

        var types = Enumerable.Range(0, rest.Count()).Select(_ => rest.Int32()).ToArray();
        rest.End();
        var prepared = PreparedStatement.OfParse(sql, types, parameters.HasStandardStrings);
        transaction.RequireUsable(prepared.Statement);
        runner.Analyze(prepared);
        if (name.Length == 0)
        {
            statements.Unnamed = prepared;
        }
        else
        {
            statements.Store(name, prepared);
        }

        return [Replies.ParseComplete()];
    }

    public IEnumerable<byte[]> Bind(string portal, string name, MessageCursor rest)
    {
        var prepared = statements.OfMessage(name);
        var formats = Enumerable.Range(0, rest.Count()).Select(_ => rest.Int16()).Count();
        var count = rest.Count();
        if (formats > 1 && formats != count)
        {
            throw PostgresErrorException.BrokenMessage($"bind message has {formats} parameter formats but {count} parameters");
        }

        if (count != prepared.Types.Count)
        {
            throw PostgresErrorException.BrokenMessage(
                $"bind message supplies {count} parameters, but prepared statement \"{name}\" requires {prepared.Types.Count}");
        }

        // In a failed transaction only its end may be bound, and no value, since input functions cannot run.
        if (transaction.HasFailed && (prepared.Statement is not { IsTransactionExit: true } || count > 0))
        {
            throw PostgresErrorException.Aborted();
        }

        var bound = new Portal(portal, prepared.Statement, [.. Enumerable.Range(0, count).Select(_ => rest.Value())]);
        portals.Add(bound);
        _ = Enumerable.Range(0, rest.Count()).Select(_ => rest.Int16()).Count();
        rest.End();
        if (prepared.Statement is { Word: "BINDFAIL" })
        {
            throw new PostgresErrorException("22P02", "invalid input syntax");
        }

        runner.Revalidate(prepared);
        return [Replies.BindComplete()];
    }

    public IEnumerable<byte[]> Describe(char kind, string name) => kind switch
    {
        'S' => DescribeStatement(statements.OfMessage(name)),
        'P' => [DescribePortal(portals.Find(name).Statement)],
        _ => throw PostgresErrorException.BrokenMessage($"invalid DESCRIBE message subtype {(int)kind}"),
    };

    // The parameters are on their way before the plan cache looks at the result.
    private IEnumerable<byte[]> DescribeStatement(PreparedStatement prepared)
    {
        var rows = DescribeRows(prepared.Statement, prepared.ReturnsRows);
        yield return Replies.ParameterDescription(prepared.Types);
        runner.Revalidate(prepared);
        yield return rows;
    }

    private byte[] DescribePortal(ModelStatement? statement) => DescribeRows(statement, runner.ReturnsRows(statement));

    private byte[] DescribeRows(ModelStatement? statement, bool hasRows)
    {
        if (!hasRows)
        {
            return Replies.NoData();
        }

        return transaction.HasFailed ? throw PostgresErrorException.Aborted() : runner.DescriptionOf(statement);
    }

    public IEnumerable<byte[]> Execute(string name, int limit)
    {
        var portal = portals.Find(name);
        if (portal.Statement is not { } statement)
        {
            return [Replies.EmptyQueryResponse()];
        }

        transaction.RequireUsable(statement);
        return RunPortal(portal, limit);
    }

    private IEnumerable<byte[]> RunPortal(Portal portal, int limit)
    {
        foreach (var reply in runner.Execute(portal, Math.Max(limit, 0), isAlone: true))
        {
            yield return reply;
        }

        transaction.IsPipeline |= !portal.EndsTransaction;
    }

    public IEnumerable<byte[]> Close(char kind, string name)
    {
        switch (kind)
        {
            case 'S':
                statements.Close(name);
                break;
            case 'P':
                portals.Close(name);
                break;
            default:
                throw PostgresErrorException.BrokenMessage($"invalid CLOSE message subtype {(int)kind}");
        }

        return [Replies.CloseComplete()];
    }
}
