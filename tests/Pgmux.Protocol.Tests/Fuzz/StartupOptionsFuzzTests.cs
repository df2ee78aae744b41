using Pgmux.Testing.Fuzzing;

namespace Pgmux.Protocol.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
public sealed class StartupOptionsFuzzTests
{
    [Test, Property("Row", "B14"), Property("Row", "H15")]
    public void Options_are_read_as_PostgreSQL_reads_them() => FuzzLoop.Run(new StartupOptionsTarget());
}
