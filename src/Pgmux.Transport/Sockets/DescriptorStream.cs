using System.Buffers.Binary;
using System.Net.Sockets;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>
/// Messages with descriptors (SCM_RIGHTS, unix(7)) over a Unix socket between two processes of one machine. Calls block: it is for threads
/// of their own. One thread may send while another receives.
/// </summary>
/// <param name="socket">A connected, blocking stream socket, which the stream owns from now on.</param>
public sealed class DescriptorStream(Socket socket) : IDisposable
{
    /// <summary>Most descriptors of one message; the kernel's limit is 253 (SCM_MAX_FD).</summary>
    public const int MostDescriptors = 64;

    private const int HeaderBytes = 2 * sizeof(int);

    /// <summary>The process at the other end; null when the kernel does not say.</summary>
    public PeerCredentials? Peer => SocketOptions.GetPeerCredentials(Descriptor);

    private int Descriptor => (int)socket.Handle;

    /// <summary>Longest wait of one <see cref="Receive"/> for what comes next; infinite unless set.</summary>
    public TimeSpan Patience
    {
        set => socket.ReceiveTimeout = value == Timeout.InfiniteTimeSpan ? 0 : (int)value.TotalMilliseconds;
    }

    /// <summary>Sends a message; the other process gets descriptors of its own, and these stay the caller's.</summary>
    /// <exception cref="IOException">The other end has gone.</exception>
    public unsafe void Send(ReadOnlySpan<byte> body, ReadOnlySpan<int> descriptors)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MostDescriptors);
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, body.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[sizeof(int)..], descriptors.Length);
        SendHeader(header, descriptors);
        while (!body.IsEmpty)
        {
            fixed (byte* bytes = body)
            {
                var sent = SocketCalls.Send(Descriptor, bytes, (nuint)body.Length, SocketCalls.MessageNoSignal);
                body = body[(int)Progress(sent, "send")..];
            }
        }
    }

    /// <summary>Receives the next message; null when the other end has closed in good order.</summary>
    /// <param name="mostBytes">Longest message that is taken.</param>
    /// <param name="descriptors">What came with it: the caller's to close.</param>
    /// <exception cref="IOException">The other end has gone in the middle of a message, has broken the form, or has said nothing for too long.</exception>
    public byte[]? Receive(int mostBytes, out int[] descriptors)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        var first = ReceiveHeader(header, out descriptors);
        if (first == 0)
        {
            return null;
        }

        try
        {
            Fill(header[first..]);
            var length = BinaryPrimitives.ReadInt32LittleEndian(header);
            var count = BinaryPrimitives.ReadInt32LittleEndian(header[sizeof(int)..]);
            if (length < 0 || length > mostBytes || count != descriptors.Length)
            {
                throw new IOException($"A message of {length} bytes with {descriptors.Length} of {count} descriptors cannot be taken; the limit is {mostBytes} bytes, and the process may have no descriptor left");
            }

            var body = new byte[length];
            Fill(body);
            return body;
        }
        catch (IOException)
        {
            CloseAll(descriptors);
            throw;
        }
    }

    /// <summary>Closes a descriptor that has come and is of no use.</summary>
    public static void Close(int descriptor) => _ = SocketCalls.Close(descriptor);

    /// <summary>Ends both directions: whoever waits in <see cref="Receive"/> hears of it.</summary>
    public void Shutdown()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It has ended already, which is what is wanted.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private static void CloseAll(int[] descriptors)
    {
        foreach (var descriptor in descriptors)
        {
            Close(descriptor);
        }
    }

    // The descriptors travel with the first byte of the header.
    private unsafe void SendHeader(Span<byte> header, ReadOnlySpan<int> descriptors)
    {
        var control = stackalloc byte[DescriptorControl.Space(MostDescriptors)];
        while (!header.IsEmpty)
        {
            fixed (byte* bytes = header)
            {
                var vector = new IoVector { Base = bytes, Length = (nuint)header.Length };
                var message = new MessageHeader { Vectors = &vector, VectorCount = 1 };
                if (descriptors.Length > 0)
                {
                    var content = DescriptorControl.HeaderBytes + (descriptors.Length * sizeof(int));
                    *(DescriptorControl*)control = new DescriptorControl
                    {
                        Length = (nuint)content,
                        Level = DescriptorControl.LevelSocket,
                        Type = DescriptorControl.Rights,
                    };
                    descriptors.CopyTo(new Span<int>(control + DescriptorControl.HeaderBytes, descriptors.Length));
                    message.Control = control;
                    message.ControlLength = (nuint)DescriptorControl.Space(descriptors.Length);
                }

                var sent = (int)Progress(SocketCalls.SendMessage(Descriptor, &message, SocketCalls.MessageNoSignal), "sendmsg");
                header = header[sent..];
                descriptors = sent > 0 ? [] : descriptors;
            }
        }
    }

    private unsafe int ReceiveHeader(Span<byte> header, out int[] descriptors)
    {
        var control = stackalloc byte[DescriptorControl.Space(MostDescriptors)];
        while (true)
        {
            fixed (byte* bytes = header)
            {
                var vector = new IoVector { Base = bytes, Length = (nuint)header.Length };
                var message = new MessageHeader
                {
                    Vectors = &vector,
                    VectorCount = 1,
                    Control = control,
                    ControlLength = (nuint)DescriptorControl.Space(MostDescriptors),
                };
                var received = SocketCalls.ReceiveMessage(Descriptor, &message, SocketCalls.MessageCloseDescriptorsOnExec);
                if (received < 0 && ErrnoExtensions.Last() == Errno.Interrupted)
                {
                    continue;
                }

                descriptors = received > 0 ? ReadDescriptors(message) : [];
                return (int)Progress(received, "recvmsg");
            }
        }
    }

    private static unsafe int[] ReadDescriptors(in MessageHeader message)
    {
        if (message.ControlLength < DescriptorControl.HeaderBytes)
        {
            return [];
        }

        var control = (DescriptorControl*)message.Control;
        return control->Level == DescriptorControl.LevelSocket && control->Type == DescriptorControl.Rights
            ? new ReadOnlySpan<int>(message.Control + DescriptorControl.HeaderBytes, ((int)control->Length - DescriptorControl.HeaderBytes) / sizeof(int)).ToArray()
            : [];
    }

    private unsafe void Fill(Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            fixed (byte* bytes = target)
            {
                var received = SocketCalls.Receive(Descriptor, bytes, (nuint)target.Length, 0);
                if (received == 0)
                {
                    throw new IOException("The other process has gone in the middle of a message");
                }

                target = target[(int)Progress(received, "recv")..];
            }
        }
    }

    private static nint Progress(nint moved, string call)
    {
        if (moved >= 0)
        {
            return moved;
        }

        var error = ErrnoExtensions.Last();
        return error switch
        {
            Errno.Interrupted => 0,
            Errno.TryAgain => throw new IOException("The other process has not said anything for too long"),
            _ => throw new IOException($"{call} to the other process failed: {error.Describe()}"),
        };
    }
}
