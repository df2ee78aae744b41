using System.Net.Sockets;
using Pgmux.Transport.Native;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Tests.Sockets;

/// <summary>The process has no descriptor left for another connection.</summary>
public sealed class AcceptExhaustionTests(SocketEngine engine) : SocketFixture(engine)
{
    private ExhaustedAcceptor _acceptor = null!;

    protected override SocketLoopOptions OptionsFor(SocketLoopOptions options) =>
        options with { Acceptor = _acceptor = new ExhaustedAcceptor() };

    [Test]
    [Property("Row", "R01")]
    [Property("Row", "B197")]
    public async Task The_listener_pauses_and_comes_back()
    {
        using var listener = ListenEcho(Loopback);
        using var first = ConnectSocket(listener.EndPoint);
        RoundTrip(first, "hello"u8.ToArray());

        _acceptor.Failure = Errno.TooManyFiles;
        using var second = ConnectSocket(listener.EndPoint);
        await _acceptor.FailuresAsync(3).WaitAsync(Patience);
        RoundTrip(first, "still served"u8.ToArray());

        _acceptor.Failure = Errno.None;
        RoundTrip(second, "at last"u8.ToArray());

        Assert.That(Logger.Lines, Has.Length.EqualTo(_acceptor.FailureCount), "one line for each pause");
        Assert.That(Logger.Lines[0], Does.Contain("Too many open files").And.Contain(listener.EndPoint.ToString()).And.Contain("100 ms"));
        Assert.That(Logger.Lines[1], Does.Contain("200 ms"));
        Assert.That(Logger.Lines[2], Does.Contain("400 ms"));
        Assert.That(Loop.Core.Turns, Is.LessThan(100), "no spinning");
    }

    [Test]
    public void The_pause_doubles_up_to_a_second_and_starts_anew()
    {
        var backoff = new AcceptBackoff();
        Assert.That(
            Enumerable.Range(0, 6).Select(_ => backoff.Fail().TotalMilliseconds), Is.EqualTo(new[] { 100, 200, 400, 800, 1000, 1000 }));
        backoff.Succeed();
        Assert.That(backoff.Fail().TotalMilliseconds, Is.EqualTo(100));
    }

    [Test]
    public async Task A_connection_that_is_gone_before_it_is_accepted_is_passed_over()
    {
        _acceptor.FailOnce = Errno.ConnectionReset;
        using var listener = ListenEcho(Loopback);
        using var socket = ConnectSocket(listener.EndPoint);
        await Task.Yield();
        RoundTrip(socket, "hello"u8.ToArray());
        Assert.That(Logger.Lines, Is.Empty);
    }

    [Test]
    public async Task A_paused_listener_can_be_disposed()
    {
        _acceptor.Failure = Errno.TableOverflow;
        var listener = ListenEcho(Loopback);
        using var socket = ConnectSocket(listener.EndPoint);
        await _acceptor.FailuresAsync(1).WaitAsync(Patience);
        listener.Dispose();
        await RunAsync(() => Task.CompletedTask);
        _acceptor.Failure = Errno.None;

        // The kernel resets what was never accepted.
        Assert.That(() => socket.Receive(new byte[1]), Throws.InstanceOf<SocketException>());
    }
}
