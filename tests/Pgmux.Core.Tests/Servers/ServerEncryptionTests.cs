using System.Net.Security;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Servers;

/// <summary>What servers may answer to SSLRequest, and what pgmux makes of it.</summary>
[TestFixture]
internal sealed class ServerEncryptionTests
{
    private const string Answer = "T D(a) C(SELECT 1) Z(I)";

    private readonly TestAuthority _authority = new("fakes");

    [OneTimeTearDown]
    public void RemoveAuthority() => _authority.Dispose();

    [TestCase("disable", 0)]
    [TestCase("allow", 0)]
    [TestCase("prefer", 1)]
    public void A_server_without_TLS_is_asked_only_where_TLS_comes_first(string mode, int requests)
    {
        using var mux = TestMux.Start(("server_tls_sslmode", mode));
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo(Answer));
        Assert.That(mux.Postgres.SslRequests, Is.EqualTo(requests));
    }

    [TestCase("require")]
    [TestCase("verify-ca")]
    [TestCase("verify-full")]
    [Property("Row", "T10")]
    public void A_server_without_TLS_gets_nothing_where_TLS_is_demanded(string mode)
    {
        using var mux = TestMux.Start(("server_tls_sslmode", mode));
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo("E(08001 server refused SSL) EOF"));
        Assert.That((mux.Postgres.SslRequests, mux.Postgres.Logins), Is.EqualTo((1, 0)));
    }

    [TestCase("prefer", "X", "bad sslreq answer")]
    [TestCase("require", "X", "bad sslreq answer")]
    [TestCase("prefer", "SR\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I", "received unencrypted data after SSL response")]
    [TestCase("require", "SR\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I", "received unencrypted data after SSL response")]
    [TestCase("prefer", "NR\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I", "received unencrypted data after SSL response")]
    [TestCase("require", "ESFATAL\0Msurprise\0\0", "server sent an error response during SSL exchange")]
    [Property("Row", "T02"), Property("Row", "C08"), Property("Row", "C10")]
    public void What_is_no_answer_ends_the_connection_and_is_never_shown(string mode, string answer, string problem)
    {
        using var mux = TestMux.Start(("server_tls_sslmode", mode), ("query_wait_timeout", "2"));
        mux.Postgres.SslAnswer = [.. answer.Select(c => (byte)c)];
        var client = mux.BeginLogin();
        mux.Advance(5);
        Assert.That(client.Take(), Does.StartWith("E(").And.EndWith("EOF").And.Not.Contain("surprise"));
        Assert.That(mux.Postgres.Logins, Is.Zero);
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.Contains(problem).And.None.Contains("surprise"));
        Assert.That(mux.RentedBytes, Is.Zero);
    }

    [TestCase(1)]
    [TestCase(1024 * 1024)]
    [Property("Row", "C10")]
    public void An_error_in_clear_may_be_as_long_as_it_likes(int length)
    {
        using var mux = TestMux.Start(("server_tls_sslmode", "require"), ("query_wait_timeout", "2"));
        mux.Postgres.SslAnswer = [(byte)'E', .. Enumerable.Repeat((byte)'x', length - 1)];
        var client = mux.BeginLogin();
        mux.Advance(5);
        Assert.That(client.Take(), Does.EndWith("EOF").And.Not.Contain("xx"));
        Assert.That(mux.RentedBytes, Is.Zero);
    }

    [Test, Property("Row", "T02")]
    public void A_server_that_does_not_answer_runs_into_the_connect_timeout([Values("prefer", "require", "verify-full")] string mode)
    {
        using var mux = TestMux.Start(("server_tls_sslmode", mode), ("server_connect_timeout", "3"), ("query_wait_timeout", "5"));
        mux.Postgres.SslAnswer = [];
        var client = mux.BeginLogin();
        mux.Advance(10);
        Assert.That(client.Take(), Does.EndWith("EOF"));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.Contains("closing because: connect timeout"));
    }

    [Test, Property("Row", "T02")]
    public void A_handshake_that_is_not_answered_runs_into_the_connect_timeout([Values("postgres", "direct")] string negotiation)
    {
        using var mux = TestMux.Start(
            ("server_tls_sslmode", "require"), ("server_tls_negotiation", negotiation), ("server_connect_timeout", "3"), ("query_wait_timeout", "5"));
        mux.Postgres.SslAnswer = "S"u8.ToArray();
        var client = mux.BeginLogin();
        mux.Advance(10);
        Assert.That(client.Take(), Does.EndWith("EOF"));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.Contains("closing because: connect timeout"));
    }

    [Test]
    public void With_prefer_a_server_that_answers_with_an_error_is_tried_in_clear()
    {
        using var mux = TestMux.Start(("server_tls_sslmode", "prefer"));
        mux.Postgres.SslAnswer = [.. Replies.Fatal("53300", "surprise")];
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo(Answer));
        Assert.That((mux.Postgres.SslRequests, mux.Postgres.Logins), Is.EqualTo((1, 1)));
    }

    [TestCase("allow", 0, 1)]
    [TestCase("prefer", 1, 1)]
    [TestCase("require", 1, 1)]
    public void A_server_with_TLS_is_spoken_to_as_the_mode_says(string mode, int requests, int logins)
    {
        using var mux = Start(("server_tls_sslmode", mode));
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo(Answer));
        Assert.That((mux.Postgres.SslRequests, mux.Postgres.Logins), Is.EqualTo((requests, logins)));
        Assert.That(mux.Pool.Servers.Single().Tls.StartsWith("TLSv1.", StringComparison.Ordinal), Is.EqualTo(requests > 0));
    }

    [TestCase("allow", "28000", "with TLS", 2)]
    [TestCase("prefer", "28000", "without TLS", 2)]
    [TestCase("allow", "53300", null, 1)]
    [TestCase("prefer", "28P01", null, 1)]
    [TestCase("require", "28000", null, 1)]
    [TestCase("disable", "28000", null, 1)]
    public void A_refusal_that_may_be_about_encryption_is_tried_once_the_other_way(string mode, string sqlState, string? way, int logins)
    {
        using var mux = Start(("server_tls_sslmode", mode), ("server_login_retry", "60"));
        mux.Postgres.Refusal = Replies.Fatal(sqlState, "no pg_hba.conf entry");
        var client = mux.BeginLogin();
        mux.Postgres.Refusal = null;
        var texts = mux.Log.Events.Select(entry => entry.Text).ToArray();
        Assert.That(texts.Count(text => text.Contains("trying again", StringComparison.Ordinal)), Is.EqualTo(way is null ? 0 : 1));
        Assert.That(way is null || texts.Any(text => text.Contains($"trying again {way}: no pg_hba.conf entry", StringComparison.Ordinal)), Is.True);
        Assert.That(mux.Postgres.Logins, Is.EqualTo(logins));
        Assert.That(client.Take(), sqlState == "53300" ? Is.Empty : Is.EqualTo($"E({sqlState} no pg_hba.conf entry) EOF"));
    }

    [Test]
    public void The_refusal_of_a_server_that_has_no_TLS_either_is_told_with_allow()
    {
        using var mux = TestMux.Start(("server_tls_sslmode", "allow"));
        mux.Postgres.Refusal = Replies.Fatal("28000", "no pg_hba.conf entry, no encryption");
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo("E(28000 no pg_hba.conf entry, no encryption) EOF"));
        Assert.That((mux.Postgres.SslRequests, mux.Postgres.Logins), Is.EqualTo((1, 1)));
    }

    [TestCase("prefer")]
    [TestCase("require")]
    public void A_cancel_request_goes_the_way_of_the_connection_that_it_is_about(string mode)
    {
        using var mux = Start(("server_tls_sslmode", mode));
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        var before = mux.Postgres.SslRequests;
        mux.Cancel(client);
        Assert.That(mux.Postgres.SslRequests, Is.EqualTo(before + 1));
        Assert.That(mux.Postgres.Cancels, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_cancel_request_for_a_connection_in_clear_does_not_ask_for_TLS()
    {
        using var mux = TestMux.Start(("server_tls_sslmode", "prefer"));
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        mux.Cancel(client);
        Assert.That((mux.Postgres.SslRequests, mux.Postgres.Cancels.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public void A_cancel_request_is_not_sent_to_a_server_that_has_lost_its_TLS()
    {
        using var mux = Start(("server_tls_sslmode", "require"));
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        mux.Postgres.Tls = null;
        mux.Cancel(client);
        Assert.That(mux.Postgres.Cancels, Is.Empty, "the key is not sent in clear");
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.Contains("cancel request failed: server refused SSL"));
        mux.Postgres.Single.Release();
        Assert.That(client.Take(), Does.EndWith("Z(I)"), "the query runs to its end");
    }

    [TestCase("server_tls_sslmode", "require", 1)]
    [TestCase("server_tls_protocols", "tlsv1.3", 1)]
    [TestCase("server_idle_timeout", "100", 0)]
    public void Servers_of_other_settings_close_when_they_are_released(string setting, string value, int closed)
    {
        using var mux = Start();
        var client = mux.Login();
        client.Query("BEGIN");
        Assert.That(mux.Reload(TestMux.SettingsOf((setting, value))), Is.True);
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(T)"), "nobody loses a transaction");
        client.Query("COMMIT");
        Assert.That(client.Query("SELECT a"), Is.EqualTo(Answer));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1 + closed));
    }

    [Test]
    public void Servers_over_a_Unix_socket_stay_whatever_becomes_of_TLS()
    {
        var before = new ServerTargetRig("host=/tmp", "prefer");
        var after = new ServerTargetRig("host=/tmp", "require");
        Assert.That(before.Target.IsSameServer(after.Target), Is.True);
        Assert.That(new ServerTargetRig("host=/tmp,h", "prefer").Target.IsSameServer(new ServerTargetRig("host=/tmp,h", "require").Target), Is.False);
    }

    private TestMux Start(params (string Key, string Value)[] settings)
    {
        var mux = TestMux.Start(settings);
        mux.Postgres.Tls = new SslServerAuthenticationOptions
        {
            ServerCertificate = _authority.Sign("localhost", "localhost", "127.0.0.1").ToCertificate(),
        };
        return mux;
    }
}
