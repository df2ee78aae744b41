using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pgmux.Core.Authentication.Ldap;

namespace Pgmux.Testing.Ldap;

/// <summary>
/// A server of a directory on a loopback port that gives the same answers, one for each request, to everybody who connects. When there are
/// none left it says nothing more, or closes the connection.
/// </summary>
internal sealed class FakeLdapServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<byte[]> _requests = new();
    private readonly byte[][] _answers;
    private readonly Task _serving;

    public FakeLdapServer(params byte[][] answers)
    {
        _answers = answers;
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Whether it closes the connection instead of saying nothing.</summary>
    public bool Closes { get; init; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What it was asked so far, in order: more may come meanwhile.</summary>
    public List<byte[]> Requests => [.. _requests];

    /// <summary>Whether somebody has asked something, and what he asked is in <see cref="Requests"/>.</summary>
    public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>An answer with a result code.</summary>
    public static byte[] Result(int id, LdapOperation operation, int code, string diagnostic = "") => Message(id, operation, writer =>
    {
        writer.WriteEncodedValue([(byte)UniversalTagNumber.Enumerated, 1, (byte)code]);
        writer.WriteOctetString([]);
        writer.WriteOctetString(Encoding.UTF8.GetBytes(diagnostic));
    });

    /// <summary>An entry that was found.</summary>
    public static byte[] Entry(int id, string dn) => Message(id, LdapOperation.SearchResultEntry, writer =>
    {
        writer.WriteOctetString(Encoding.UTF8.GetBytes(dn));
        using (writer.PushSequence())
        {
        }
    });

    /// <summary>A hint at another server.</summary>
    public static byte[] Reference(int id, string url) =>
        Message(id, LdapOperation.SearchResultReference, writer => writer.WriteOctetString(Encoding.UTF8.GetBytes(url)));

    public async ValueTask DisposeAsync()
    {
        // A listener that is closed first would be asked for the next connection, and complain.
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose();
        _end.Dispose();
    }

    private static byte[] Message(int id, LdapOperation operation, Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(id);
            using (writer.PushSequence(new Asn1Tag(TagClass.Application, (int)operation, isConstructed: true)))
            {
                write(writer);
            }
        }

        return writer.Encode();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync(_end.Token);
                await using var stream = new NetworkStream(socket);
                await AnswerAsync(stream);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the test.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        try
        {
            foreach (var answer in _answers)
            {
                _requests.Enqueue(await ReadAsync(stream));
                Asked.TrySetResult();
                await stream.WriteAsync(answer, _end.Token);
            }

            if (!Closes)
            {
                var rest = new byte[1024];
                while (await stream.ReadAsync(rest, _end.Token) > 0)
                {
                    Asked.TrySetResult();
                }
            }
        }
        catch (IOException)
        {
            // Whoever asked has gone.
        }
    }

    // Requests of tests are shorter than 64 KiB.
    private async Task<byte[]> ReadAsync(NetworkStream stream)
    {
        var head = new byte[4];
        await stream.ReadExactlyAsync(head.AsMemory(0, 2), _end.Token);
        var extra = head[1] < 0x80 ? 0 : head[1] - 0x80;
        await stream.ReadExactlyAsync(head.AsMemory(2, extra), _end.Token);
        var length = extra switch { 0 => head[1], 1 => head[2], _ => (head[2] << 8) | head[3] };
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, _end.Token);
        return [.. head.AsSpan(0, 2 + extra), .. body];
    }
}
