using System.Net;
using System.Net.Sockets;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Sockets;
using Pgmux.Transport.Tests.Contract;

namespace Pgmux.Transport.Tests.Sockets;

/// <summary>A test with a loop of each kind and plain sockets as its peers.</summary>
[TestFixture(SocketEngine.Epoll)]
[TestFixture(SocketEngine.Uring)]
public abstract class SocketFixture(SocketEngine engine)
{
    // Only to end a test that hangs.
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal static readonly IPEndPoint Loopback = new(IPAddress.Loopback, 0);

    private readonly List<Exception> _unhandled = [];

    protected SocketEngine Engine => engine;

    protected SocketLoop Loop { get; private set; } = null!;

    internal CapturingLogger Logger { get; private set; } = null!;

    [SetUp]
    public void StartLoop()
    {
        UringRequirement.Check(engine);
        Logger = new CapturingLogger();
        Loop = SocketLoop.Start(Engine, OptionsFor(new SocketLoopOptions { Logger = Logger, PoisonsBuffers = true }));
        Loop.UnhandledException = _unhandled.Add;
    }

    [TearDown]
    public async Task StopLoop()
    {
        if (Loop is not null)
        {
            await Loop.DisposeAsync();
        }

        Assert.That(_unhandled, Is.Empty);
    }

    protected virtual SocketLoopOptions OptionsFor(SocketLoopOptions options) => options;

    protected Task RunAsync(Func<Task> body) => Loop.RunAsync(body).WaitAsync(Patience);

    /// <summary>Listens and runs an echo session on each connection.</summary>
    protected TransportListener ListenEcho(EndPoint endPoint, SocketTuning? tuning = null) =>
        Loop.Listen(new ListenOptions { EndPoint = endPoint, Tuning = tuning ?? new() }, connection => _ = connection.EchoAsync());

    /// <summary>A plain socket that is connected to a listener.</summary>
    protected static Socket ConnectSocket(EndPoint endPoint)
    {
        var socket = endPoint is IPEndPoint
            ? new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        socket.Connect(endPoint);
        return socket;
    }

    protected static byte[] RoundTrip(Socket socket, byte[] message)
    {
        socket.Send(message);
        return Receive(socket, message.Length);
    }

    protected static byte[] Receive(Socket socket, int length)
    {
        var received = new byte[length];
        for (var count = 0; count < length;)
        {
            var more = socket.Receive(received, count, length - count, SocketFlags.None);
            Assert.That(more, Is.Positive, "the connection has ended");
            count += more;
        }

        return received;
    }
}
