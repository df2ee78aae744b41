using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Pgmux.Transport.Sockets;
using Pgmux.Transport.Tests.Contract;

namespace Pgmux.Transport.Tests.Sockets;

public sealed class ConnectTests(SocketEngine engine) : SocketFixture(engine)
{
    [Test]
    public Task Refused_names_the_address() => RunAsync(async () =>
    {
        var failure = await FailureAsync(new ConnectOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 1) });
        Assert.That(failure.Reason, Is.EqualTo(ConnectFailure.Refused));
        Assert.That(failure.Message, Is.EqualTo("Cannot connect to 127.0.0.1:1: Connection refused"));
        Assert.That(failure.Detail, Is.EqualTo("127.0.0.1:1: Connection refused"));
    });

    [Test]
    public Task No_answer_ends_at_the_limit() => RunAsync(async () =>
    {
        using var silent = new SilentListener();
        var clock = Stopwatch.StartNew();
        var failure = await FailureAsync(
            new ConnectOptions { EndPoint = silent.EndPoint, Timeout = TimeSpan.FromMilliseconds(500) });
        Assert.That(failure.Reason, Is.EqualTo(ConnectFailure.TimedOut));
        Assert.That(clock.Elapsed, Is.InRange(TimeSpan.FromMilliseconds(495), TimeSpan.FromMilliseconds(700)));
    });

    [Test]
    public Task A_connect_under_way_can_be_cancelled() => RunAsync(async () =>
    {
        using var silent = new SilentListener();
        using var source = new CancellationTokenSource();
        var connecting = Loop.ConnectAsync(new ConnectOptions { EndPoint = silent.EndPoint }, source.Token).AsTask();
        await Task.Yield();
        Assert.That(connecting.IsCompleted, Is.False);
        source.Cancel();
        Assert.That(await Failure.OfAsync(connecting), Is.InstanceOf<OperationCanceledException>());
    });

    [Test]
    public Task A_full_backlog_of_a_Unix_socket_is_waited_for() => RunAsync(async () =>
    {
        using var folder = new TempFolder();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var endPoint = new UnixDomainSocketEndPoint(folder.Path("busy"));
        listener.Bind(endPoint);
        listener.Listen(1);
        var connecting = Enumerable.Range(0, 4).Select(_ => ConnectAsync(endPoint)).ToArray();
        await Task.WhenAny(connecting);
        Assert.That(connecting.Count(task => task.IsCompleted), Is.LessThan(4));
        foreach (var _ in connecting)
        {
            using var accepted = await listener.AcceptAsync();
        }

        await Task.WhenAll(connecting);
    });

    [Test]
    public async Task A_connect_may_be_asked_for_on_any_thread()
    {
        using var listener = ListenEcho(Loopback);
        var connection = await Loop.ConnectAsync(new ConnectOptions { EndPoint = listener.EndPoint }, CancellationToken.None);
        Assert.That(connection.Loop, Is.SameAs(Loop));
        Assert.That(connection.RemoteEndPoint, Is.EqualTo(listener.EndPoint));
    }

    [Test]
    public Task A_missing_socket_file_is_unreachable() => RunAsync(async () =>
    {
        var failure = await FailureAsync(new ConnectOptions { EndPoint = new UnixDomainSocketEndPoint("/nonexistent/.s.PGSQL.5432") });
        Assert.That(failure.Reason, Is.EqualTo(ConnectFailure.Unreachable));
        Assert.That(failure.Message, Does.Contain("/nonexistent/.s.PGSQL.5432: No such file or directory"));
    });

    private Task<TransportConnection> ConnectAsync(EndPoint endPoint) =>
        Loop.ConnectAsync(new ConnectOptions { EndPoint = endPoint }, CancellationToken.None).AsTask();

    private async Task<ConnectException> FailureAsync(ConnectOptions options)
    {
        var failure = await Failure.OfAsync(Loop.ConnectAsync(options, CancellationToken.None).AsTask());
        Assert.That(failure, Is.InstanceOf<ConnectException>());
        return (ConnectException)failure!;
    }
}
