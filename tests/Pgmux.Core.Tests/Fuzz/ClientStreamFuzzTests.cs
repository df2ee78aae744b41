using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
internal sealed class ClientStreamFuzzTests
{
    [Test, Property("Row", "B01"), Property("Row", "B02"), Property("Row", "C01"), Property("Row", "C12"), Property("Row", "H13"), Property("Row", "Q05"), Property("Row", "Q06")]
    public void A_client_that_sends_anything_harms_nobody_else() => FuzzLoop.Run(new ClientStreamTarget());
}
