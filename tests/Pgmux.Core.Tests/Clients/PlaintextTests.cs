using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>
/// Bytes in clear that come along with a request for encryption could be somebody else's. Where there is no certificate pgmux says no, and
/// what comes after its answer is what a client in clear may say.
/// </summary>
[TestFixture]
internal sealed class PlaintextTests
{
    private const string Ssl = "E(08P01 received unencrypted data after SSL request) EOF";
    private const string Gss = "E(08P01 received unencrypted data after GSSAPI encryption request) EOF";

    private static readonly byte[] Startup = RawMessages.Startup(("user", "alice"), ("database", "db"));

    private static readonly TestCaseData[] Pairs =
    [
        Case("SSLRequest and a startup packet", Ssl, RawMessages.SslRequest(), Startup),
        Case("SSLRequest, a startup packet and a query", Ssl, RawMessages.SslRequest(), Startup, RawMessages.Query("SELECT injected")),
        Case("SSLRequest and one byte", Ssl, RawMessages.SslRequest(), [0]),
        Case("SSLRequest and a cancel request", Ssl, RawMessages.SslRequest(), RawMessages.CancelRequest(1, new byte[4])),
        Case("GSSENCRequest and a startup packet", Gss, RawMessages.GssEncryptionRequest(), Startup),
        Case("GSSENCRequest, a startup packet and a query", Gss, RawMessages.GssEncryptionRequest(), Startup, RawMessages.Query("SELECT injected")),
    ];

    [TestCaseSource(nameof(Pairs))]
    [Property("Row", "C07"), Property("Row", "C09")]
    public void What_comes_with_a_request_for_encryption_is_refused_and_never_executed(byte[] segment, string told)
    {
        using var mux = TestMux.Start();
        var canary = mux.Login("bob");
        canary.Take();
        var client = mux.Connect();
        client.Send(segment);
        Assert.That(client.Take(), Is.EqualTo(told));
        Assert.That(canary.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Servers.SelectMany(server => server.Executed), Has.None.Contains("injected"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1), "nor does a server hear of the user");
    }

    private static TestCaseData Case(string name, string told, params byte[][] messages) =>
        new TestCaseData(messages.SelectMany(message => message).ToArray(), told).SetArgDisplayNames(name);
}
