using System.Buffers;
using System.Net;

namespace Pgmux.Transport.Tests.Contract;

public sealed class ConnectContractTests(RigKind kind) : ContractFixture(kind)
{
    [Test]
    public Task Nobody_there_is_an_exception_with_the_reason() => Rig.RunAsync(async () =>
    {
        var failure = await FailureAsync(new ConnectOptions { EndPoint = Rig.NobodyEndPoint });
        Assert.That(failure, Is.InstanceOf<ConnectException>());
        Assert.That(((ConnectException)failure!).Reason, Is.AnyOf(ConnectFailure.Refused, ConnectFailure.Unreachable));
        Assert.That(failure.Message, Does.Contain(Rig.NobodyEndPoint.ToString()));
    });

    [Test]
    public Task A_cancelled_connect_says_so() => Rig.RunAsync(async () =>
    {
        var failure = await FailureAsync(new ConnectOptions { EndPoint = Rig.NobodyEndPoint }, new CancellationToken(canceled: true));
        Assert.That(failure, Is.InstanceOf<OperationCanceledException>());
    });

    [Test]
    public Task Both_ends_know_their_addresses() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        Assert.That(client.LocalEndPoint, Is.EqualTo(server.RemoteEndPoint));
        Assert.That(client.RemoteEndPoint, Is.EqualTo(server.LocalEndPoint));
        Assert.That(client.PeerState, Is.EqualTo(PeerState.Open));
        Assert.That(client.Loop, Is.SameAs(Rig.Loop));
        Assert.That(server.PeerCredentials.HasValue, Is.EqualTo(server.RemoteEndPoint is not IPEndPoint));
    });

    [Test]
    public Task A_listener_accepts_until_it_is_disposed() => Rig.RunAsync(async () =>
    {
        var accepted = new List<TransportConnection>();
        var listener = Rig.Loop.Listen(new ListenOptions { EndPoint = Rig.FreeEndPoint }, accepted.Add);
        for (var count = 0; count < 200; count++)
        {
            await Rig.Loop.ConnectAsync(new ConnectOptions { EndPoint = listener.EndPoint }, CancellationToken.None);
        }

        await Rig.SettleAsync();
        Assert.That(accepted, Has.Count.EqualTo(200));
        listener.Dispose();
        listener.Dispose();
        Assert.That(await FailureAsync(new ConnectOptions { EndPoint = listener.EndPoint }), Is.InstanceOf<ConnectException>());
        accepted[0].Output.Write("still here"u8);
        await accepted[0].Output.FlushAsync();
    });

    [Test]
    public Task An_address_is_taken_once() => Rig.RunAsync(() =>
    {
        using var first = Rig.Loop.Listen(new ListenOptions { EndPoint = Rig.FreeEndPoint }, _ => { });
        var failure = Assert.Throws<ListenException>(
            () => Rig.Loop.Listen(new ListenOptions { EndPoint = first.EndPoint }, _ => { }));
        Assert.That(failure.Message, Does.Contain(first.EndPoint.ToString()));
        return Task.CompletedTask;
    });

    private Task<Exception?> FailureAsync(ConnectOptions options, CancellationToken cancellationToken = default) =>
        Failure.OfAsync(Rig.Loop.ConnectAsync(options, cancellationToken).AsTask());
}
