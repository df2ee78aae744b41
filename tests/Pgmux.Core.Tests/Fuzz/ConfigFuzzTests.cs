using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
internal sealed class ConfigFuzzTests
{
    [Test, Property("Row", "B08"), Property("Row", "B10"), Property("Row", "Z06")]
    public void A_configuration_file_is_read_or_its_faults_are_named_with_their_places()
    {
        using var target = new ConfigTarget();
        FuzzLoop.Run(target);
    }
}
