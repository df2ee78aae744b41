using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>Messages of every type where another one belongs (CVE-2015-4054 was a crash by the order of packets).</summary>
[TestFixture]
internal sealed class FirstPacketTests
{
    private static readonly byte[][] Bodies = [[], [0], [0, 0, 0, 0], [.. "SELECT a\0"u8], new byte[300]];

    [Test, Property("Row", "C12"), Property("Row", "H13")]
    public void A_connection_that_opens_with_any_message_is_refused_and_reaches_no_server()
    {
        using var mux = TestMux.Start();
        var canary = mux.Login();
        ForEachType((message, body) =>
        {
            var client = mux.Connect();
            client.Send(message);

            // Five bytes of zeros may still become a packet; all else is told at once what it is.
            client.HalfClose();
            Assert.That(client.Take(), Does.Match(@"^(E\(08P01 bad packet header: '[0-9a-f]+'\) )?EOF$"), $"type {message[0]} with {body.Length} bytes");
        });
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
        Assert.That(canary.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "C12"), Property("Row", "A06")]
    public void A_client_that_answers_a_password_request_with_any_message_is_refused_and_reaches_no_server()
    {
        using var mux = TestMux.Start(("auth_type", "plain"));
        ForEachType((message, body) =>
        {
            var client = mux.BeginLogin();
            Assert.That(client.Take(), Is.EqualTo("R"));
            client.Send(message);
            Assert.That(client.Take(), Does.Match(@"^(E\((08P01|28P01) [^)]*\) )?EOF$"), $"type {message[0]} with {body.Length} bytes");
        });
        Assert.That(mux.Postgres.Logins, Is.Zero);
        var canary = mux.BeginLogin();
        canary.Send(RawMessages.Password("secret-a"));
        Assert.That(canary.Take(), Does.EndWith("Z(I)"));
    }

    [Test, Property("Row", "C12"), Property("Row", "Q05")]
    public void A_client_may_send_any_message_after_its_login_and_hears_of_its_end_once()
    {
        using var mux = TestMux.Start();
        var canary = mux.Login();
        ForEachType((message, body) =>
        {
            var client = mux.Login();
            client.Send(message, RawMessages.Sync());
            var trace = client.Take();
            Assert.That(trace.Split("EOF").Length, Is.LessThanOrEqualTo(2), trace);
            if (!IsFrontend((char)message[0]))
            {
                Assert.That(trace, Is.EqualTo($"E(08P01 invalid frontend message type {message[0]}) EOF"), $"type {message[0]} with {body.Length} bytes");
            }

            client.Close();
            Assert.That(canary.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        });
    }

    private static bool IsFrontend(char type) => "BCDEFHPQSXcdf".Contains(type);

    private static void ForEachType(Action<byte[], byte[]> run)
    {
        for (var type = 0; type <= byte.MaxValue; type++)
        {
            foreach (var body in Bodies)
            {
                run(RawMessages.Message((char)type, body), body);
            }
        }
    }
}
