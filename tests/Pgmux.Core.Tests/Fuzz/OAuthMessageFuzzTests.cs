using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
internal sealed class OAuthMessageFuzzTests
{
    [Test]
    public void Tokens_are_read_or_refused() => FuzzLoop.Run(new OAuthMessageTarget());
}
