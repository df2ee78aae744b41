using System.Text;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>Names of databases and users of any length and any bytes, where every database is served.</summary>
[TestFixture]
internal sealed class LongNameTests
{
    [Test, Property("Row", "C13"), Property("Row", "H08")]
    public void A_name_of_any_length_and_any_bytes_costs_its_own_client_at_most(
        [Values("database", "user")] string which, [Values(63, 64, 128, 4_000, 9_800)] int length, [Values("plain", "quotes", "no UTF-8", "newlines")] string kind)
    {
        using var mux = TestMux.Start(TestMux.SettingsOf() with
        {
            Databases = new Dictionary<string, string> { ["*"] = "host=127.0.0.1 port=5432" },
        });
        var canary = mux.Login("bob");
        canary.Take();
        var name = NameOf(length, kind);
        var client = mux.Connect();
        client.Send(RawMessages.StartupPacket(
            RawMessages.Protocol30,
            [
                .. RawMessages.String("user"), .. which == "user" ? name : "alice"u8, 0,
                .. RawMessages.String("database"), .. which == "database" ? name : "db"u8, 0,
                0,
            ]));
        var trace = client.Take();
        Assert.That(trace, Does.EndWith("Z(I)").Or.Match(@"^E\(\w{5} [^\n]*(\n[^\n]*)*\) EOF$"));
        Assert.That(canary.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));

        // Who is let in is known to the server under the whole name: nobody gets into another's pool by a name that is cut.
        if (trace.EndsWith("Z(I)", StringComparison.Ordinal))
        {
            client.Query("SELECT a");
            var asked = mux.Postgres.Servers.Single(server => server.Executed.Contains("SELECT a")).Startup.Single(pair => pair.Name == which).Value;
            Assert.That(asked, Is.EqualTo(Encoding.UTF8.GetString(name)));
        }
    }

    private static byte[] NameOf(int length, string kind) => kind switch
    {
        "quotes" => [.. Enumerable.Range(0, length).Select(i => "\"'\\`$"u8[i % 5])],
        "no UTF-8" => [.. Enumerable.Range(0, length).Select(i => (byte)(0x80 + (i % 0x7F)))],
        "newlines" => [.. Enumerable.Range(0, length).Select(i => "\r\n\t\e"u8[i % 4])],
        _ => [.. Enumerable.Repeat((byte)'n', length)],
    };
}
