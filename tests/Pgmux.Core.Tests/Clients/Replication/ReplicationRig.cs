using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients.Replication;

/// <summary>Replication clients of a <see cref="TestMux"/> and their servers, whose every reply the test writes.</summary>
internal static class ReplicationRig
{
    /// <summary>A client with a server of its own.</summary>
    public static (FakeClient Client, FakeServer Server) Replicate(this TestMux mux, string kind = "true", string user = "alice")
    {
        var client = mux.Login(user, parameters: ("replication", kind));
        client.Take();
        var server = mux.Postgres.Open.Last(server => server.Startup.Any(pair => pair.Name == "replication"));
        server.IsAutomatic = false;
        return (client, server);
    }

    /// <summary>The same in the middle of COPY in both directions.</summary>
    public static (FakeClient Client, FakeServer Server) Stream(this TestMux mux, string kind = "true")
    {
        var (client, server) = mux.Replicate(kind);
        client.Send(RawMessages.Query("START_REPLICATION 0/0"));
        server.Send(Replies.CopyBothResponse());
        Assert.That(client.Take(), Is.EqualTo("W"));
        Assert.That(server.TakeTypes(), Is.EqualTo("Q"));
        return (client, server);
    }
}
