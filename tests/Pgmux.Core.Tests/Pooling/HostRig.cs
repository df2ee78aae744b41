using System.Net;
using Pgmux.Core.Tests.Servers;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>A multiplexer whose database stands behind names, and servers at more than one address.</summary>
internal static class HostRig
{
    public const string Host = "db.example";

    // dns_max_ttl and dns_nxdomain_ttl, unless a test says otherwise.
    public const double UsualAge = 15;

    // A sweep comes three times a second.
    public const double OneSweep = 0.5;

    public static readonly IPAddress Here = IPAddress.Loopback;
    public static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    public static IEnumerable<string> TextsOf(TestMux mux) => mux.Log.Events.Select(entry => entry.Text);

    /// <summary>So many servers at once, idle again.</summary>
    public static FakeClient[] OpenServers(TestMux mux, int count)
    {
        var clients = Enumerable.Range(0, count).Select(_ => mux.Login()).ToArray();
        Array.ForEach(clients, client => client.Send(RawMessages.Query("BEGIN")));
        mux.Advance(1);
        Array.ForEach(clients, client => client.Take());
        Array.ForEach(clients, client => client.Query("COMMIT"));
        return clients;
    }

    public static PgmuxSettings SettingsFor(string database, params (string, string)[] settings) => TestMux.SettingsOf(settings) with
    {
        Databases = new Dictionary<string, string> { ["db"] = $"{database} port=5432", ["canary"] = "host=127.0.0.1 port=5432" },
    };

    public static TestMux Start(string database, params (string, string)[] settings) => Start(SettingsFor(database, settings));

    public static TestMux Start(string database, IEnumerable<KeyValuePair<string, string>> more, params (string, string)[] settings)
    {
        var first = SettingsFor(database, settings);
        return Start(first with { Databases = first.Databases.Concat(more).ToDictionary() });
    }

    public static TestMux Start(PgmuxSettings settings)
    {
        var mux = TestMux.Start(settings);

        // Servers at other addresses are other fakes.
        mux.IsLeftBroken = true;
        return mux;
    }

    public static OtherBackend Listen(TestMux mux, IPAddress address) => new(mux.Network, new IPEndPoint(address, 5432));
}
