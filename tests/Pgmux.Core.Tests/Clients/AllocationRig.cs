using System.Buffers;
using System.Net;
using System.Net.Security;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;
using Pgmux.Transport.Tls;

namespace Pgmux.Core.Tests.Clients;

/// <summary>A client and a server that know one request and one reply and allocate nothing for them: the rest is the multiplexer's.</summary>
internal static class AllocationRig
{
    private const int Port = 5433;

    /// <summary>Bytes that so many requests and replies allocate on the thread that does them, after as many to warm up.</summary>
    /// <param name="request">The request.</param>
    /// <param name="reply">Its reply.</param>
    /// <param name="rounds">How often.</param>
    /// <param name="tls">Encrypts the server's end, which is counted too; null for a server in clear.</param>
    public static long Measure(byte[] request, byte[] reply, int rounds, SslServerAuthenticationOptions? tls = null)
    {
        // The server knows one request, which is no SSLRequest.
        using var mux = TestMux.Start(TestMux.SettingsOf(("server_tls_sslmode", tls is null ? "disable" : "require")) with
        {
            Databases = new Dictionary<string, string> { ["db"] = $"host=127.0.0.1 port={Port}" },
        });
        mux.IsLeftBroken = true;
        var outside = mux.Network.Loops[^1];
        outside.Listen(
            new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, Port) },
            transport => _ = ServeAsync(transport, request.Length, reply, tls));
        long allocated = 0;
        mux.Network.Run(outside, async () =>
        {
            var client = await LogInAsync(outside);
            await RoundTripsAsync(client, request, reply.Length, rounds);
            var before = GC.GetAllocatedBytesForCurrentThread();
            await RoundTripsAsync(client, request, reply.Length, rounds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            client.Close();
        });
        return allocated;
    }

    private static async Task<TransportConnection> LogInAsync(SimulatedLoop loop)
    {
        var client = await loop.ConnectAsync(new ConnectOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 6432) }, CancellationToken.None);
        client.Output.Write(RawMessages.Startup(("user", "alice"), ("database", "db")));
        await client.Output.FlushAsync();
        var welcome = new MessageStream();
        while (true)
        {
            var result = await client.Input.ReadAsync();
            welcome.Append(result.Buffer.ToArray());
            client.Input.AdvanceTo(result.Buffer.End);
            Assert.That(result.IsCompleted, Is.False, "pgmux has ended the login");
            while (welcome.TryTake(out var message))
            {
                if (message.Type == 'Z')
                {
                    return client;
                }
            }
        }
    }

    private static async Task RoundTripsAsync(TransportConnection client, byte[] request, int replyBytes, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            client.Output.Write(request);
            await client.Output.FlushAsync();
            for (var received = 0; received < replyBytes;)
            {
                var result = await client.Input.ReadAsync();
                received += (int)result.Buffer.Length;
                client.Input.AdvanceTo(result.Buffer.End);
            }
        }
    }

    private static async Task ServeAsync(TransportConnection transport, int requestBytes, byte[] reply, SslServerAuthenticationOptions? tls)
    {
        if (tls is not null)
        {
            var asked = await transport.Input.ReadAsync();
            transport.Input.AdvanceTo(asked.Buffer.End);
            transport.Output.Write("S"u8);
            await transport.Output.FlushAsync();
            transport = await TlsHandshake.AcceptAsync(transport, tls, new TlsTuning());
        }

        var result = await transport.Input.ReadAsync();
        transport.Input.AdvanceTo(result.Buffer.End);
        transport.Output.Write([.. Replies.AuthenticationOk(), .. Replies.BackendKeyData(1, new byte[4]), .. Replies.ReadyForQuery()]);
        await transport.Output.FlushAsync();
        long received = 0;
        while (true)
        {
            result = await transport.Input.ReadAsync();
            received += result.Buffer.Length;
            transport.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                transport.Close();
                return;
            }

            for (; received >= requestBytes; received -= requestBytes)
            {
                transport.Output.Write(reply);
            }

            await transport.Output.FlushAsync();
        }
    }
}
