using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
internal sealed class ClientLoginFuzzTests
{
    [Test, Property("Row", "A05"), Property("Row", "A07"), Property("Row", "A08"), Property("Row", "B08"), Property("Row", "C01")]
    public void Only_who_shows_the_password_gets_in() => FuzzLoop.Run(new ClientLoginTarget());
}
