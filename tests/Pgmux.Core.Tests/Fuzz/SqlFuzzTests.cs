using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
internal sealed class SqlFuzzTests
{
    [Test, Property("Row", "B08")]
    public void Statements_of_any_bytes_are_cut_without_a_gap() => FuzzLoop.Run(new SqlTarget());
}
