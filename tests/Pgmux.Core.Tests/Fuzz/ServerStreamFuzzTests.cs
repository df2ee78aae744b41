using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
internal sealed class ServerStreamFuzzTests
{
    [Test, Property("Row", "C01"), Property("Row", "C03"), Property("Row", "C19"), Property("Row", "B01"), Property("Row", "S12"), Property("Row", "S11")]
    public void A_server_that_says_anything_harms_nobody_elses_clients() => FuzzLoop.Run(new ServerStreamTarget());
}
