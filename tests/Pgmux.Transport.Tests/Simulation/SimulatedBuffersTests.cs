using System.Buffers;
using Pgmux.Testing.Transport;
using Pgmux.Transport.Buffers;

namespace Pgmux.Transport.Tests.Simulation;

public sealed class SimulatedBuffersTests
{
    [Test]
    public void What_is_returned_is_overwritten()
    {
        var pool = new SimulatedNetwork().CreateLoop().Core.Buffers;
        var block = pool.Rent(BufferPool.SmallBytes);
        block.Span(0, 1)[0] = (byte)'x';
        pool.Return(block);
        Assert.That(block.Array[block.Offset], Is.Not.EqualTo((byte)'x'));
        Assert.That(() => pool.Return(block), Throws.InvalidOperationException, "returned twice");
    }

    [Test]
    public void Memory_that_is_used_after_its_return_no_longer_holds_what_it_did()
    {
        using var rig = new LinkRig(new SimulatedNetwork());
        var (client, server) = rig.Connect();
        server.IsReading = false;
        client.Send("ends the read that waits");
        rig.Network.RunUntilIdle();
        client.Send("x");
        rig.Network.RunUntilIdle();
        var late = default(ReadOnlySequence<byte>);
        rig.Network.Run(rig.Loop, async () =>
        {
            var result = await server.Connection.Input.ReadAsync();
            late = result.Buffer;
            server.Connection.Input.AdvanceTo(result.Buffer.End);
        });
        Assert.That(late.ToArray(), Is.All.EqualTo(0xDB));
    }

    [Test]
    public void A_test_may_bring_buffers_of_its_own()
    {
        var mine = new BufferPool();
        var network = new SimulatedNetwork { CreateBuffers = () => mine };
        Assert.That(network.CreateLoop().Core.Buffers, Is.SameAs(mine));
    }
}
