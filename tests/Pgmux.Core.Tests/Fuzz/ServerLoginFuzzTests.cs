using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
internal sealed class ServerLoginFuzzTests
{
    [Test, Property("Row", "A14"), Property("Row", "A15"), Property("Row", "B08"), Property("Row", "C01"), Property("Row", "C02"), Property("Row", "C18")]
    public void Only_a_server_that_shows_the_secret_is_believed() => FuzzLoop.Run(new ServerLoginTarget());
}
