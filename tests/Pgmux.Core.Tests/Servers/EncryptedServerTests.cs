using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pgmux.Core.Tests.Clients;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Servers;

/// <summary>What encryption must not change on connections to servers: what is clean, what is noticed, what costs memory.</summary>
[TestFixture]
internal sealed class EncryptedServerTests
{
    private const int Rounds = 2_000;

    private readonly TestAuthority _authority = new("servers");
    private X509Certificate2 _certificate = null!;

    [OneTimeSetUp]
    public void SignCertificate() => _certificate = _authority.Sign("127.0.0.1", "127.0.0.1").ToCertificate();

    [OneTimeTearDown]
    public void DisposeCertificate()
    {
        _certificate.Dispose();
        _authority.Dispose();
    }

    // Records are decrypted whole: what is left of one, and what lies encrypted behind it in the stream, shows on no socket.
    [TestCase(1)]
    [TestCase(8 * 1024)]
    [TestCase(100 * 1024)]
    [Property("Row", "N06")]
    public void A_server_that_has_said_more_than_it_was_asked_for_is_not_lent_again(int bytes)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        mux.IsLeftBroken = true;
        Encrypt(mux);
        var (first, second) = (mux.Login(), mux.Login());
        var server = mux.Postgres.Single;
        server.IsAutomatic = false;
        first.Send(RawMessages.Query("SELECT a"));
        mux.Postgres.IsAutomatic = true;
        server.Send([.. Replies.Value("a"), .. Replies.ReadyForQuery(), .. Replies.DataRow(new string('x', bytes))]);

        Assert.That(first.Take(), Does.StartWith("T D(a) C(SELECT 1) Z(I)").And.Not.Contain("x"));
        mux.Advance(20);
        Assert.That(second.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Property("Row", "T04")]
    public void A_server_whose_link_breaks_or_closes_while_it_is_idle_is_replaced(bool resets)
    {
        using var mux = TestMux.Start();
        Encrypt(mux);
        var client = mux.Login();
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        if (resets)
        {
            mux.Postgres.Single.Reset();
        }
        else
        {
            mux.Postgres.Single.Close();
        }

        mux.Advance(20);

        Assert.That(client.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(2));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Property("Row", "T04")]
    public void A_reply_that_is_cut_by_the_end_of_the_link_is_not_taken_for_whole(bool resets)
    {
        using var mux = TestMux.Start();
        Encrypt(mux);
        var client = mux.Login();
        client.Query("SELECT a");
        var server = mux.Postgres.Single;
        server.IsAutomatic = false;
        client.Send(RawMessages.Query("SELECT b"));
        server.Send([.. Replies.RowDescription(), .. Replies.DataRow("half of it")[..8]]);
        if (resets)
        {
            server.Reset();
        }
        else
        {
            server.Close();
        }

        Assert.That(client.Take(), Does.EndWith("EOF").And.Not.Contain("D(").And.Not.Contain("Z("));
    }

    [Test, Property("Row", "N11")]
    public void A_request_over_an_encrypted_server_and_its_reply_allocate_nothing()
    {
        byte[] reply = [.. Replies.Value("a"), .. Replies.ReadyForQuery()];
        var request = RawMessages.Query("SELECT a");
        var allocated = AllocationRig.Measure(request, reply, Rounds, Tls);

        // The state machine of the last call, and what the tiers of the compiler do meanwhile; the fake server's end is counted, too.
        Assert.That(allocated, Is.LessThan(Rounds / 2));
    }

    private SslServerAuthenticationOptions Tls => new() { ServerCertificate = _certificate };

    private void Encrypt(TestMux mux) => mux.Postgres.Tls = Tls;
}
