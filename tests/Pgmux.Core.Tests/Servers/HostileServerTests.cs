using System.Net;
using Pgmux.Core.Tests.Fuzz;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Servers;

/// <summary>What fuzzing has found about servers that say anything.</summary>
[TestFixture]
internal sealed class HostileServerTests
{
    private static readonly byte[] Welcome =
    [
        .. Replies.AuthenticationOk(), .. Replies.ParameterStatus("client_encoding", "UTF8"), .. Replies.ParameterStatus("DateStyle", "ISO, MDY"),
        .. Replies.ParameterStatus("TimeZone", "UTC"), .. Replies.ParameterStatus("standard_conforming_strings", "on"),
        .. Replies.BackendKeyData(7, RawMessages.Int32(8)), .. Replies.ReadyForQuery(),
    ];

    [Test, Property("Row", "B194")]
    public void A_server_that_closes_behind_its_welcome_is_not_connected_to_in_a_storm()
    {
        var settings = TestMux.SettingsOf(("query_wait_timeout", "10"));
        settings = settings with { Databases = new Dictionary<string, string>(settings.Databases) { ["bad"] = "host=127.0.0.1 port=5433 server_tls_sslmode=disable" } };
        using var mux = TestMux.Start(settings);
        mux.IsLeftBroken = true;
        var backend = new HostileBackend(mux, 5433, Welcome, closes: true);
        var client = mux.BeginLogin(database: "bad");
        client.Send(RawMessages.Query("SELECT a"));
        mux.Advance(30);
        Assert.That(client.Take(), Does.EndWith("EOF"));
        Assert.That(backend.Connections, Is.LessThan(HostileBackend.MostConnections));
    }

    [Test, Property("Row", "B80")]
    public void Nothing_behind_a_servers_last_word_reaches_the_client()
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Send(RawMessages.Query("SELECT a"));
        mux.Postgres.Single.Send(Replies.Fatal("57P01", "once"), Replies.Fatal("57P01", "twice"), Replies.ReadyForQuery());
        Assert.That(client.Take(), Is.EqualTo("E(57P01 once) EOF"));
    }
}
