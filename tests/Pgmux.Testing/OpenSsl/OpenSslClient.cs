using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.OpenSsl;

/// <summary>
/// A client of OpenSSL, as libpq is one, that may also do what no good client does: ask for new keys all the time, renegotiate, offer weak
/// suites, go on with sessions. Blocks its thread; a peer that says nothing fails it after <see cref="WaitLimit.Default"/>.
/// </summary>
internal sealed class OpenSslClient : IDisposable
{
    private const int PemFile = 1;
    private const int RequestUpdate = 1;

    private readonly Socket _socket;
    private readonly nint _context;
    private readonly nint _ssl;
    private readonly byte[] _received = new byte[16 * 1024];
    private int _start;
    private int _end;
    private bool _isDisposed;

    private OpenSslClient(Socket socket, OpenSslOptions options)
    {
        _socket = socket;
        _context = OpenSslMethods.NewContext(OpenSslMethods.ClientMethod());
        OpenSslMethods.ControlContext(_context, OpenSslMethods.SetMinimumVersion, options.MinimumVersion, 0);
        OpenSslMethods.ControlContext(_context, OpenSslMethods.SetMaximumVersion, options.MaximumVersion, 0);
        Check(OpenSslMethods.SetCiphers(_context, options.Ciphers));
        if (options.Tls13Ciphers.Length > 0)
        {
            Check(OpenSslMethods.SetTls13Ciphers(_context, options.Tls13Ciphers));
        }

        if (options.CertificateFile.Length > 0)
        {
            Check(OpenSslMethods.UseCertificate(_context, options.CertificateFile));
            Check(OpenSslMethods.UseKey(_context, options.KeyFile, PemFile));
        }

        _ssl = OpenSslMethods.New(_context);
        OpenSslMethods.Control(_ssl, OpenSslMethods.SetHostName, 0, options.HostName);
        if (options.Session is { } session)
        {
            Check(OpenSslMethods.SetSession(_ssl, session.Handle));
        }

        Check(OpenSslMethods.SetDescriptor(_ssl, (int)socket.Handle));
    }

    /// <summary>The socket below, to be closed without a word.</summary>
    public Socket Socket => _socket;

    /// <summary>Version that was agreed on, as OpenSSL writes it.</summary>
    public string Version => Marshal.PtrToStringUTF8(OpenSslMethods.GetVersion(_ssl))!;

    /// <summary>Suite that was agreed on, by OpenSSL's name.</summary>
    public string Cipher => Marshal.PtrToStringUTF8(OpenSslMethods.GetCipherName(OpenSslMethods.GetCipher(_ssl)))!;

    /// <summary>Whether it went on with the session that it was given.</summary>
    public bool IsResumed => OpenSslMethods.IsSessionReused(_ssl) == 1;

    /// <summary>Connects, asks for TLS as libpq does and runs the handshake.</summary>
    /// <exception cref="OpenSslException">The handshake failed.</exception>
    public static OpenSslClient Connect(EndPoint endPoint, OpenSslOptions options)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,

            // So that a call comes back at times and Repeat can look at the clock.
            ReceiveTimeout = 1000,
            SendTimeout = 1000,
        };
        socket.Connect(endPoint);
        socket.Send(RawMessages.SslRequest());
        Assert.That(socket.Poll(WaitLimit.Default, SelectMode.SelectRead), Is.True, "the server answers an SSLRequest");
        var answer = new byte[1];
        if (socket.Receive(answer) != 1 || answer[0] != (byte)'S')
        {
            socket.Dispose();
            throw new OpenSslException("the server has no TLS");
        }

        var client = new OpenSslClient(socket, options);
        try
        {
            client.Repeat(() => OpenSslMethods.Connect(client._ssl));
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>The same up to ReadyForQuery, for a user who is trusted.</summary>
    public static OpenSslClient LogIn(EndPoint endPoint, OpenSslOptions options, string user = "app", string database = "app")
    {
        var client = Connect(endPoint, options);
        try
        {
            client.LogIn(user, database);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends the startup packet and reads to ReadyForQuery.</summary>
    /// <exception cref="OpenSslException">The login was refused.</exception>
    public void LogIn(string user, string database)
    {
        Write(RawMessages.Startup(("user", user), ("database", database)));
        ReadToReady();
    }

    public void Write(byte[] bytes) => Repeat(() => OpenSslMethods.Write(_ssl, bytes, bytes.Length));

    /// <summary>The next message; an exception at the end of the stream.</summary>
    public RawMessage ReadMessage()
    {
        var header = ReadExactly(5);
        var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1));
        return new RawMessage((char)header[0], ReadExactly(length - 4));
    }

    /// <summary>All messages up to and with ReadyForQuery.</summary>
    /// <exception cref="OpenSslException">The stream ended before, or the server sent a FATAL error.</exception>
    public IReadOnlyList<RawMessage> ReadToReady()
    {
        var messages = new List<RawMessage>();
        do
        {
            messages.Add(ReadMessage());
            if (messages[^1].Type == 'E' && messages[^1].ToString().Contains("FATAL", StringComparison.Ordinal))
            {
                throw new OpenSslException(messages[^1].ToString());
            }
        }
        while (messages[^1].Type != 'Z');
        return messages;
    }

    /// <summary>Reads to the end of the stream; whether the peer has told it (close_notify), so that nobody can have cut it short.</summary>
    public bool ReadToToldEnd()
    {
        const int ToldEnd = 6;
        int read;
        do
        {
            read = Try(() => OpenSslMethods.Read(_ssl, _received, _received.Length));
        }
        while (read > 0);
        return OpenSslMethods.GetKindOfError(_ssl, read) == ToldEnd;
    }

    /// <summary>The only value of a query.</summary>
    public string? Scalar(string sql)
    {
        Write(RawMessages.Query(sql));
        return ReadToReady().First(message => message.Type == 'D').Columns()[0];
    }

    /// <summary>Takes new keys with the next bytes that it writes, and wants the server to do the same.</summary>
    public void UpdateKeys()
    {
        Check(OpenSslMethods.UpdateKey(_ssl, RequestUpdate));
        Repeat(() => OpenSslMethods.DoHandshake(_ssl));
    }

    /// <summary>Wants another handshake (TLS 1.2).</summary>
    /// <exception cref="OpenSslException">The server does not.</exception>
    public void Renegotiate()
    {
        Check(OpenSslMethods.Renegotiate(_ssl));
        Repeat(() => OpenSslMethods.DoHandshake(_ssl));

        // The answer to the request comes with what is read next.
        Scalar("SELECT 1");
    }

    /// <summary>What to go on with later: with TLS 1.3 only after something has been read.</summary>
    public OpenSslSession TakeSession() => new(OpenSslMethods.GetSession(_ssl));

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            OpenSslMethods.Free(_ssl);
            OpenSslMethods.FreeContext(_context);
            _socket.Dispose();
        }
    }

    private byte[] ReadExactly(int length)
    {
        var bytes = new byte[length];
        for (var read = 0; read < length;)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, Repeat(() => OpenSslMethods.Read(_ssl, _received, _received.Length)));
            }

            var taken = Math.Min(length - read, _end - _start);
            _received.AsSpan(_start, taken).CopyTo(bytes.AsSpan(read));
            _start += taken;
            read += taken;
        }

        return bytes;
    }

    private int Repeat(Func<int> call)
    {
        var result = Try(call);
        Check(result);
        return result;
    }

    // A call on a socket with a time limit comes back when the runtime's signals interrupt it, and is to be made again.
    private int Try(Func<int> call)
    {
        const int WantsRead = 2;
        const int WantsWrite = 3;
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            var result = call();
            if (result > 0
                || OpenSslMethods.GetKindOfError(_ssl, result) is not (WantsRead or WantsWrite)
                || Stopwatch.GetElapsedTime(began) > WaitLimit.Default)
            {
                return result;
            }
        }
    }

    private static void Check(int result)
    {
        if (result > 0)
        {
            return;
        }

        // The first error is the cause; the rest must not be taken for the next one's.
        string? first = null;
        for (var error = OpenSslMethods.GetError(); error != 0; error = OpenSslMethods.GetError())
        {
            first ??= Marshal.PtrToStringUTF8(OpenSslMethods.GetReason(error));
        }

        throw new OpenSslException(first ?? "the connection has ended");
    }
}
