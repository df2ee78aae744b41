using System.Text;
using BenchmarkDotNet.Attributes;
using Pgmux.Core.Statements.Sql;

namespace Pgmux.Benchmarks.Statements;

/// <summary>What it costs to look for PREPARE, EXECUTE and the like: every simple query pays the first, few pay the second.</summary>
[MemoryDiagnoser]
public class SqlBenchmarks
{
    private const int LongTextBytes = 10 * 1024;

    // A script as a migration tool sends it; among its statements are two commands.
    private const string Script =
        """
        -- next step
        CREATE TABLE IF NOT EXISTS accounts (id bigint PRIMARY KEY, owner text NOT NULL DEFAULT 'nobody; yet', balance numeric(12, 2));
        INSERT INTO accounts (id, owner) VALUES (1, 'it''s'), (2, E'tab\there'), (3, $$dollar; quoted$$) ON CONFLICT (id) DO NOTHING;
        PREPARE of_owner(text) AS SELECT id, balance FROM accounts WHERE owner = $1 AND balance >= 0.00 /* not; below */;
        UPDATE accounts SET balance = coalesce(balance, 0) + 1.5e2 WHERE id = ANY (ARRAY[1, 2, 3]);
        EXECUTE of_owner('it''s');

        """;

    private const int StatementsPerScript = 5;

    private readonly byte[] _select = "SELECT abalance FROM pgbench_accounts WHERE aid = 4711;"u8.ToArray();
    private readonly byte[] _transaction = "BEGIN; UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = 4711; COMMIT;"u8.ToArray();
    private readonly byte[] _execute = "EXECUTE \"Of Owner\"('it''s', 12)"u8.ToArray();
    private readonly byte[] _name = new byte[SqlIdentifier.MaximumBytes];
    private byte[] _scripts = [];
    private int _scriptCount;

    [GlobalSetup]
    public void BuildTextAndCheck()
    {
        _scriptCount = LongTextBytes / Script.Length;
        _scripts = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Script, _scriptCount)));
        Expect(!Pgbench_select_is_passed_by() && !Transaction_in_one_query_is_passed_by(), "ordinary queries are not passed by");
        Expect(Statements_in_10_KB() == StatementsPerScript * _scriptCount, "the statements are not all there");
        Expect(Name_of_an_execute() == "Of Owner".Length, "the name is not read");
    }

    [Benchmark]
    public bool Pgbench_select_is_passed_by() => StatementCommandReader.MayContain(_select);

    [Benchmark]
    public bool Transaction_in_one_query_is_passed_by() => StatementCommandReader.MayContain(_transaction);

    [Benchmark]
    public int Name_of_an_execute()
    {
        var reader = new StatementCommandReader(_execute, default);
        return reader.MoveNext(out var command) ? SqlIdentifier.Fold(_execute.AsSpan(command.NameStart, command.NameLength), _name) : 0;
    }

    [Benchmark]
    public int Statements_in_10_KB()
    {
        var reader = new StatementCommandReader(_scripts, default);
        var commands = 0;
        while (reader.MoveNext(out _))
        {
            commands++;
        }

        return commands == 2 * _scriptCount ? reader.StatementCount : 0;
    }

    private static void Expect(bool isRight, string otherwise)
    {
        if (!isRight)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
