using Pgmux.Core.Configuration;
using Pgmux.Core.Servers;
using Pgmux.Core.Tests.Configuration;

namespace Pgmux.Core.Tests.Servers;

/// <summary>Where the servers of a database line are, with a mode of TLS.</summary>
internal sealed class ServerTargetRig
{
    public ServerTargetRig(string line, string mode)
    {
        using var files = new ConfigFiles();
        var snapshot = files.LoadGood($"[databases]\ndb = {line}\n[pgbouncer]\nserver_tls_sslmode = {mode}\n");
        Target = ServerTarget.From(snapshot, snapshot.FindDatabase("db")!, "alice");
    }

    public ServerTarget Target { get; }
}
