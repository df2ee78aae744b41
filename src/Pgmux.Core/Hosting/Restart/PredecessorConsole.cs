using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Pgmux.Core.Configuration;
using Pgmux.Core.Handover;
using Pgmux.Protocol;

namespace Pgmux.Core.Hosting.Restart;

/// <summary>
/// The console of a process that runs already, over its Unix socket, which lets in processes of its user without a password. Blocks: it is for
/// the start.
/// </summary>
internal sealed class PredecessorConsole : IDisposable
{
    /// <summary>The console command that asks for a handover.</summary>
    public const string Command = "HANDOVER";

    // A console's answers to this are short; one that says more is none of ours.
    private const int MostAnswerBytes = 64 * 1024;

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[MostAnswerBytes];
    private int _length;

    private PredecessorConsole(Socket socket) => _socket = socket;

    /// <summary>Connects; null when nobody listens there.</summary>
    /// <exception cref="HandoverException">Somebody may, but cannot be reached.</exception>
    public static PredecessorConsole? TryConnect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = (int)HandoverLimits.Patience.TotalMilliseconds,
            SendTimeout = (int)HandoverLimits.Patience.TotalMilliseconds,
        };
        try
        {
            socket.Connect(HandoverPath.ToEndPoint(path));
            return new PredecessorConsole(socket);
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            return fault.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable
                ? null
                : throw new HandoverException($"cannot connect to {path} to take over: {fault.Message}", fault);
        }
    }

    /// <summary>Logs in and has the other process open its entrance.</summary>
    /// <exception cref="HandoverException">It refuses, or is no pgmux that can do it.</exception>
    public void AskForHandover()
    {
        var output = new ArrayBufferWriter<byte>();
        FrontendMessages.WriteStartup(
            output,
            ProtocolVersion.V3.Code,
            [new("user", ConfigSnapshot.ConsoleDatabase), new("database", ConfigSnapshot.ConsoleDatabase)]);
        Ask(output, "its console does not let this process in");
        output.Clear();
        FrontendMessages.WriteQuery(output, Command);
        Ask(output, "the running process does not hand over");
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Ask(ArrayBufferWriter<byte> request, string refusal)
    {
        try
        {
            _socket.Send(request.WrittenSpan);
            while (true)
            {
                var (type, body) = Read();
                switch (type)
                {
                    case BackendMessageType.ErrorResponse:
                        throw new HandoverException($"{refusal}: {ErrorFields.Read(body).Message}");
                    case BackendMessageType.Authentication when BinaryPrimitives.ReadInt32BigEndian(body) != 0:
                        throw new HandoverException($"{refusal}: it wants a password; start as the user that it runs as");
                    case BackendMessageType.ReadyForQuery:
                        return;
                }
            }
        }
        catch (SocketException fault)
        {
            throw new HandoverException($"{refusal}: {fault.Message}", fault);
        }
    }

    private (BackendMessageType Type, byte[] Body) Read()
    {
        while (true)
        {
            if (FrameReader.TryPeek(_buffer.AsSpan(0, _length), MostAnswerBytes - FrameReader.HeaderBytes, out var type, out var length)
                && _length >= FrameReader.HeaderBytes + length)
            {
                var body = _buffer.AsSpan(FrameReader.HeaderBytes, length).ToArray();
                _length -= FrameReader.HeaderBytes + length;
                _buffer.AsSpan(FrameReader.HeaderBytes + length, _length).CopyTo(_buffer);
                return ((BackendMessageType)type, body);
            }

            var received = _socket.Receive(_buffer.AsSpan(_length));
            if (received == 0)
            {
                throw new HandoverException("the running process has closed its console");
            }

            _length += received;
        }
    }
}
