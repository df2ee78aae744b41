using System.Buffers;
using System.Net;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Clients;

/// <summary>
/// The data path allocates nothing: from a client's request over the lease of a server to its reply, with peers on both sides that allocate
/// nothing either. (Pauses and the growth of the second generation are a matter of long runs.)
/// </summary>
[TestFixture]
internal sealed class AllocationTests
{
    private const int Port = 5433;
    private const int Rounds = 5_000;

    private static readonly byte[] Reply = [.. Replies.Value("a"), .. Replies.ReadyForQuery()];

    private static readonly TestCaseData[] Requests =
    [
        Case("simple query", RawMessages.Query("SELECT a"), Reply),
        Case(
            "extended query, unnamed",
            [.. RawMessages.Parse("SELECT a"), .. RawMessages.Bind(), .. RawMessages.DescribePortal(), .. RawMessages.Execute(), .. RawMessages.Sync()],
            [.. Replies.ParseComplete(), .. Replies.BindComplete(), .. Reply]),
        Case(
            "function call", RawMessages.FunctionCall(1598, "1"), [.. Replies.FunctionCallResponse(), .. Replies.ReadyForQuery()]),
    ];

    [TestCaseSource(nameof(Requests))]
    [Property("Row", "N11")]
    public void A_request_and_its_reply_allocate_nothing(byte[] request, byte[] reply)
    {
        // The server knows one request, which is no SSLRequest.
        using var mux = TestMux.Start(TestMux.SettingsOf(("server_tls_sslmode", "disable")) with
        {
            Databases = new Dictionary<string, string> { ["db"] = $"host=127.0.0.1 port={Port}" },
        });
        mux.IsLeftBroken = true;
        var outside = mux.Network.Loops[^1];
        outside.Listen(
            new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, Port) }, transport => _ = ServeAsync(transport, request.Length, reply));
        long allocated = 0;
        mux.Network.Run(outside, async () =>
        {
            var client = await ConnectAsync(outside);
            await RoundTripsAsync(client, request, reply.Length, Rounds);
            var before = GC.GetAllocatedBytesForCurrentThread();
            await RoundTripsAsync(client, request, reply.Length, Rounds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            client.Close();
        });

        // The state machine of the last call, and what the tiers of the compiler do meanwhile.
        Assert.That(allocated, Is.LessThan(Rounds / 2));
    }

    private static async Task<TransportConnection> ConnectAsync(SimulatedLoop loop)
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

    // A server that knows one request and one reply.
    private static async Task ServeAsync(TransportConnection transport, int requestBytes, byte[] reply)
    {
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

    private static TestCaseData Case(string name, byte[] request, byte[] reply) => new TestCaseData(request, reply).SetArgDisplayNames(name);
}
