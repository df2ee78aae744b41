using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Pgmux.Core.Statements;

namespace Pgmux.Benchmarks.Statements;

/// <summary>The names of one client: every Bind looks one up.</summary>
[MemoryDiagnoser]
public class ClientStatementsBenchmarks
{
    private const int FewNames = 8;
    private const int ManyNames = 1_000;

    private readonly StatementRegistry _registry = new(loops: 1);
    private readonly ClientStatements _few = new();
    private readonly ClientStatements _many = new();
    private readonly byte[][] _names =
        [.. Enumerable.Range(0, ManyNames).Select(number => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"_p{number}")))];

    [GlobalSetup]
    public void PrepareAndCheck()
    {
        Prepare(_few, FewNames);
        Prepare(_many, ManyNames);
        if (One_of_8_names() != FewNames || One_of_1000_names() != ManyNames || _few.Find("_p8"u8) is not null)
        {
            throw new InvalidOperationException("names are not found, or found where they are not");
        }
    }

    [Benchmark(OperationsPerInvoke = FewNames)]
    public int One_of_8_names() => FindAll(_few, FewNames);

    [Benchmark(OperationsPerInvoke = ManyNames)]
    public int One_of_1000_names() => FindAll(_many, ManyNames);

    private int FindAll(ClientStatements statements, int names)
    {
        var found = 0;
        foreach (var name in _names.AsSpan(0, names))
        {
            found += statements.Find(name) is { Binding.Confirmed: not null } ? 1 : 0;
        }

        return found;
    }

    private void Prepare(ClientStatements statements, int names)
    {
        foreach (var name in _names.AsSpan(0, names))
        {
            var statement = _registry.Intern(StatementLevel.Protocol, [.. "SELECT "u8, .. name, 0, 0, 0])!;
            statements.GetOrAdd(name, statement).Binding.Set(statement, StatementHolder.Client);
        }
    }
}
