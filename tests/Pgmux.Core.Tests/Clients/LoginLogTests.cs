using Pgmux.Testing.Mux;

namespace Pgmux.Core.Tests.Clients;

/// <summary>log_connections, as PgBouncer has it.</summary>
[TestFixture]
internal sealed class LoginLogTests
{
    [TestCase("1", 1)]
    [TestCase("0", 0)]
    public void Logins_are_logged_when_log_connections_says_so(string setting, int lines)
    {
        using var mux = TestMux.Start(("log_connections", setting));
        mux.Login();
        Assert.That(mux.Log.Events.Count(entry => entry.Text.Contains("login attempt: db=db user=alice")), Is.EqualTo(lines));
    }
}
