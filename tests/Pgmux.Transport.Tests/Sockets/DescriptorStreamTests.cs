using System.Net.Sockets;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Tests.Sockets;

/// <summary>Messages with descriptors between two ends of a Unix socket.</summary>
[TestFixture]
public sealed class DescriptorStreamTests
{
    private const int MostBytes = 4 * 1024 * 1024;

    private TempFolder _folder = null!;
    private DescriptorStream _one = null!;
    private DescriptorStream _other = null!;
    private Socket _otherSocket = null!;

    [SetUp]
    public void Connect()
    {
        _folder = new TempFolder();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var endPoint = new UnixDomainSocketEndPoint(_folder.Path("stream"));
        listener.Bind(endPoint);
        listener.Listen();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(endPoint);
        _one = new DescriptorStream(socket);
        _otherSocket = listener.Accept();
        _other = new DescriptorStream(_otherSocket);
    }

    [TearDown]
    public void Close()
    {
        _one.Dispose();
        _other.Dispose();
        _otherSocket.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Messages_keep_their_order_their_bytes_and_their_descriptors()
    {
        var path = _folder.Path("file");
        File.WriteAllText(path, "content");
        using (var file = File.OpenRead(path))
        {
            _one.Send("first"u8, [(int)file.SafeFileHandle.DangerousGetHandle()]);
        }

        _one.Send([], []);
        Assert.That(_other.Receive(MostBytes, out var descriptors), Is.EqualTo("first"u8.ToArray()));
        using (var received = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptors.Single(), ownsHandle: true), FileAccess.Read))
        {
            Assert.That(new StreamReader(received).ReadToEnd(), Is.EqualTo("content"), "the same file, though the sender has closed its own");
        }

        Assert.That(_other.Receive(MostBytes, out descriptors), Is.Empty);
        Assert.That(descriptors, Is.Empty);
    }

    [Test]
    public async Task A_message_larger_than_all_buffers_comes_whole()
    {
        var bytes = new byte[MostBytes];
        new Random(1).NextBytes(bytes);
        var sending = Task.Factory.StartNew(() => _one.Send(bytes, []), TaskCreationOptions.LongRunning);
        Assert.That(_other.Receive(MostBytes, out _), Is.EqualTo(bytes));
        await sending;
    }

    [Test]
    public void The_other_end_is_known_by_its_process() =>
        Assert.That((_one.Peer!.Value.ProcessId, _other.Peer!.Value.ProcessId), Is.EqualTo((Environment.ProcessId, Environment.ProcessId)));

    [Test]
    public void The_end_in_good_order_is_no_message()
    {
        _one.Dispose();
        Assert.That(_other.Receive(MostBytes, out var descriptors), Is.Null);
        Assert.That(descriptors, Is.Empty);
    }

    [TestCase(new byte[] { 1, 0 }, "gone in the middle of a message")]
    [TestCase(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0 }, "gone in the middle of a message")]
    [TestCase(new byte[] { 255, 255, 255, 127, 0, 0, 0, 0 }, "A message of 2147483647 bytes with 0 of 0 descriptors cannot be taken")]
    [TestCase(new byte[] { 255, 255, 255, 255, 0, 0, 0, 0 }, "A message of -1 bytes")]
    [TestCase(new byte[] { 0, 0, 0, 0, 1, 0, 0, 0 }, "with 0 of 1 descriptors")]
    public void What_breaks_the_form_is_refused(byte[] bytes, string problem)
    {
        _otherSocket.Send(bytes);
        _otherSocket.Shutdown(SocketShutdown.Send);
        Assert.That(() => _one.Receive(MostBytes, out _), Throws.InstanceOf<IOException>().With.Message.Contains(problem));
    }

    [Test]
    public void Silence_ends_when_patience_does()
    {
        _one.Patience = TimeSpan.FromMilliseconds(10);
        Assert.That(() => _one.Receive(MostBytes, out _), Throws.InstanceOf<IOException>().With.Message.Contains("for too long"));
    }

    [Test]
    public void Who_sends_to_nobody_hears_of_it()
    {
        _other.Dispose();
        Assert.That(() => _one.Send("hello"u8, []), Throws.InstanceOf<IOException>());
    }
}
