using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Texts;

/// <summary>What the log must not say: people look for it as a sign that something is wrong.</summary>
[TestFixture]
internal sealed class QuietLogTests
{
    [Test, Property("Text", "T67"), Property("Text", "T68")]
    public void Clients_that_close_in_good_order_leave_no_line_that_reads_as_trouble([Values("session", "transaction", "statement")] string mode)
    {
        using var mux = TestMux.Start(("pool_mode", mode));
        Leave(mux);
        Leave(mux, RawMessages.Query("SELECT a"));
        Leave(mux, RawMessages.Query("SELECT a"), RawMessages.Query("SELECT b"));
        Leave(mux, RawMessages.Parse("SELECT a"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync());
        Leave(mux, RawMessages.Parse("SELECT a", "name"), RawMessages.Sync(), RawMessages.Bind("name"), RawMessages.Execute(), RawMessages.Sync());
        Leave(mux, RawMessages.Query("FAIL"));
        Leave(mux, RawMessages.Query("NOTICE x"));

        var lines = mux.Log.Events.Select(entry => entry.Text).ToArray();
        Assert.That(mux.ReasonsOfClients(), Has.Length.EqualTo(7).And.All.EqualTo("client close request"));
        Assert.That(mux.ReasonsOfServers(), Is.Empty, "each was given back");
        Assert.That(lines, Has.None.Match("disconnected with quer|client disconnect (while|before)"));
        Assert.That(lines, Has.None.Match("(?i)assert|unexpected|FIXME|exception|internal error"));
    }

    private static void Leave(TestMux mux, params byte[][] requests)
    {
        var client = mux.Login();
        client.Take();
        client.Send([.. requests, RawMessages.Terminate()]);
        Assert.That(client.Take(), Does.EndWith("EOF"));
    }
}
