using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
internal sealed class ConsoleFuzzTests
{
    [Test, Property("Row", "B12"), Property("Row", "D03")]
    public void The_console_answers_every_command_and_is_then_ready() => FuzzLoop.Run(new ConsoleTarget());
}
