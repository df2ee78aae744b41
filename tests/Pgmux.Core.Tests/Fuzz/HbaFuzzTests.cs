using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
internal sealed class HbaFuzzTests
{
    [Test, Property("Row", "B08"), Property("Row", "Z11")]
    public void HBA_and_ident_files_are_read_or_their_faults_are_named_with_their_lines()
    {
        using var target = new HbaTarget();
        FuzzLoop.Run(target);
    }
}
