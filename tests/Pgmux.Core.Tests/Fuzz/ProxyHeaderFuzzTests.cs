using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
internal sealed class ProxyHeaderFuzzTests
{
    [Test, Property("Row", "B08")]
    public void Headers_of_the_PROXY_protocol_are_read_or_refused() => FuzzLoop.Run(new ProxyHeaderTarget());
}
