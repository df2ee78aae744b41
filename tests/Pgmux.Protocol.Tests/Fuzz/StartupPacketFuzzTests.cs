using Pgmux.Testing.Fuzzing;

namespace Pgmux.Protocol.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
public sealed class StartupPacketFuzzTests
{
    [Test, Property("Row", "B08"), Property("Row", "B07"), Property("Row", "C01"), Property("Row", "H04")]
    public void The_first_packets_of_a_connection_are_read_or_refused() => FuzzLoop.Run(new StartupPacketTarget());
}
