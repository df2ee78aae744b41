using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
internal sealed class UserListFuzzTests
{
    [Test, Property("Row", "B08"), Property("Row", "Z11")]
    public void A_user_list_is_read_or_its_faults_are_named_with_their_lines()
    {
        using var target = new UserListTarget();
        FuzzLoop.Run(target);
    }
}
