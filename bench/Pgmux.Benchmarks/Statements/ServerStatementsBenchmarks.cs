using System.Text;
using BenchmarkDotNet.Attributes;
using Pgmux.Core.Statements;

namespace Pgmux.Benchmarks.Statements;

/// <summary>What one server has prepared: every use of a statement asks for it, and moves it away from the end that goes first.</summary>
[MemoryDiagnoser]
public class ServerStatementsBenchmarks
{
    // PgBouncer's usual max_prepared_statements.
    private const int Limit = 200;

    // No divisor in common with the limit, so that all of them come, in no order.
    private const int Stride = 77;

    private const int Cycle = 1;

    private readonly StatementRegistry _registry = new(loops: 1);
    private readonly ServerStatements _used = new();
    private readonly ServerStatements _replaced = new();
    private Statement[] _statements = [];
    private int _next;
    private int _nextNew = Limit;

    [GlobalSetup]
    public void PrepareAndCheck()
    {
        _statements = [.. Enumerable.Range(0, 2 * Limit).Select(number =>
            _registry.Intern(StatementLevel.Protocol, Encoding.ASCII.GetBytes($"SELECT {number}\0\0\0"))!)];
        foreach (var statement in _statements.AsSpan(0, Limit))
        {
            _used.OnMade(statement);
            _replaced.OnMade(statement);
        }

        if (Use_of_one_of_200() != Limit || Replacement_of_the_longest_unused() != Limit || _replaced.Has(_statements[0], Cycle) != false
            || _replaced.Has(_statements[1], Cycle) != true || _replaced.Has(_statements[Limit], Cycle) != true)
        {
            throw new InvalidOperationException("the server has other statements than it should");
        }
    }

    [Benchmark(OperationsPerInvoke = Limit)]
    public int Use_of_one_of_200()
    {
        var found = 0;
        for (var i = 0; i < Limit; i++)
        {
            _next = (_next + Stride) % Limit;
            if (_used.Has(_statements[_next], Cycle) == true)
            {
                _used.Touch(_statements[_next]);
                found++;
            }
        }

        return found;
    }

    /// <summary>The server is full: a Close goes ahead of the Parse of a new one. With the replies to both.</summary>
    [Benchmark]
    public int Replacement_of_the_longest_unused()
    {
        var victim = _replaced.FindVictim(Cycle, spared: null)!;
        _replaced.ProposeClosed(victim, Cycle);
        var made = _statements[_nextNew];
        _nextNew = (_nextNew + 1) % _statements.Length;
        _replaced.ProposeMade(made, Cycle);
        _replaced.Confirm(victim, null);
        _replaced.Confirm(made, made);
        return _replaced.Count;
    }
}
