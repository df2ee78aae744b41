using System.Buffers;

namespace Pgmux.Transport.Tests.Contract;

/// <summary>What every loop and its connections do. Runs over sockets and over the in-memory link, so that they stay alike.</summary>
public abstract class TransportContractTests
{
    protected ContractRig Rig { get; private set; } = null!;

    [SetUp]
    public void CreateRig() => Rig = NewRig();

    [TearDown]
    public async Task DisposeRig()
    {
        await Rig.DisposeAsync();
        Assert.That(Rig.Unhandled, Is.Empty);
    }

    protected abstract ContractRig NewRig();

    [Test]
    public Task What_is_sent_comes_back() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var echo = server.EchoAsync();
        await client.Output.WriteAsync("hello"u8.ToArray());
        Assert.That(await client.Input.ReadExactlyAsync(5), Is.EqualTo("hello"u8.ToArray()));
        client.Close();
        await echo;
    });
}
