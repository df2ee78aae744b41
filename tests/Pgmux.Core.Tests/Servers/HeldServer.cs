using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Servers;

/// <summary>Servers that nobody serves: they log clients in and read nothing after it.</summary>
internal static class HeldServer
{
    /// <summary>Logs a client in on a new server that will read nothing that is sent to it.</summary>
    public static (FakeClient Client, FakeServer Server) LoginToDeaf(this TestMux mux)
    {
        // Who does not read does not see an end either.
        mux.IsLeftBroken = true;
        mux.Postgres.HoldsLogins = true;
        var client = mux.BeginLogin();
        var server = mux.Postgres.Servers[^1];
        server.Greet();
        client.Take();
        mux.Postgres.HoldsLogins = false;
        return (client, server);
    }

    /// <summary>Tells pgmux that its login is complete.</summary>
    public static void Greet(this FakeServer server, byte[]? key = null) => server.Send(
        Replies.AuthenticationOk(),
        [.. server.Parameters.TakeReports().SelectMany(report => Replies.ParameterStatus(report.Name, report.Value))],
        Replies.BackendKeyData(server.ProcessId, key ?? server.Secret),
        Replies.ReadyForQuery());
}
