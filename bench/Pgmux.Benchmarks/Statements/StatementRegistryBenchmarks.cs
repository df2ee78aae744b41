using System.Text;
using BenchmarkDotNet.Attributes;
using Pgmux.Core.Statements;

namespace Pgmux.Benchmarks.Statements;

/// <summary>The statements of the process: a Parse of a client looks its text up here.</summary>
[MemoryDiagnoser]
public class StatementRegistryBenchmarks
{
    // Twice as many as are kept unused: when one comes again, it is long forgotten.
    private const int UnknownTexts = 2 * StatementRegistry.UnusedCountLimit;

    private readonly StatementRegistry _registry = new(loops: 1);
    private readonly byte[] _known = Definition("SELECT abalance FROM pgbench_accounts WHERE aid = $1");
    private readonly byte[] _forgotten = Definition("SELECT bbalance FROM pgbench_branches WHERE bid = $1");
    private readonly byte[] _long = Definition($"SELECT {string.Join(", ", Enumerable.Range(0, 1000).Select(number => $"column_{number:0000}"))} FROM t");
    private readonly byte[][] _unknown =
        [.. Enumerable.Range(0, UnknownTexts).Select(number => Definition($"SELECT abalance FROM pgbench_accounts WHERE aid = {number:00000}"))];

    private int _next;

    [GlobalSetup]
    public void HoldAndCheck()
    {
        // For good, as clients hold what they have prepared.
        var known = _registry.Intern(StatementLevel.Protocol, _known);
        var text = _registry.Intern(StatementLevel.Protocol, _long);
        foreach (var definition in _unknown)
        {
            _registry.Intern(StatementLevel.Protocol, definition)!.Release(StatementHolder.Client);
        }

        Expect(ReferenceEquals(Known_text(), known) && ReferenceEquals(Known_text_of_12_KB(), text), "a text is not known");
        Expect(ReferenceEquals(Known_text_that_nobody_holds(), Known_text_that_nobody_holds()), "a text that nobody holds is not kept");
        Expect(Unknown_text()!.Number > UnknownTexts, "a text that should be forgotten is known");
        Expect(_registry.Count == StatementRegistry.UnusedCountLimit + 2, "nothing is forgotten");
    }

    [Benchmark]
    public object? Known_text() => InternAndRelease(_known);

    [Benchmark]
    public object? Known_text_of_12_KB() => InternAndRelease(_long);

    /// <summary>In and out of the list of those that may go.</summary>
    [Benchmark]
    public object? Known_text_that_nobody_holds() => InternAndRelease(_forgotten);

    /// <summary>The one that was used longest ago goes for it.</summary>
    [Benchmark]
    public object? Unknown_text_for_a_forgotten_one() => Unknown_text();

    private Statement? Unknown_text()
    {
        _next = (_next + 1) % UnknownTexts;
        return InternAndRelease(_unknown[_next]);
    }

    private Statement? InternAndRelease(byte[] definition)
    {
        var statement = _registry.Intern(StatementLevel.Protocol, definition);
        statement!.Release(StatementHolder.Client);
        return statement;
    }

    // The body of a Parse after its name: the text, a zero, no parameter types.
    private static byte[] Definition(string sql) => [.. Encoding.UTF8.GetBytes(sql), 0, 0, 0];

    private static void Expect(bool isRight, string otherwise)
    {
        if (!isRight)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
