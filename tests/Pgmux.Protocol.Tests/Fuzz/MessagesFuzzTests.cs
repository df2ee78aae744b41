using Pgmux.Testing.Fuzzing;

namespace Pgmux.Protocol.Tests.Fuzz;

[Parallelizable(ParallelScope.Self), Category("Fuzz")]
public sealed class MessagesFuzzTests
{
    [Test, Property("Row", "B08"), Property("Row", "B01"), Property("Row", "B02"), Property("Row", "C01")]
    public void Messages_are_cut_where_their_lengths_say_and_bodies_are_read_or_break_the_protocol() => FuzzLoop.Run(new MessagesTarget());
}
