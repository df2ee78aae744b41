using System.Net;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Faults;

/// <summary>How old an address may be that a server's name stood for.</summary>
[TestFixture]
internal sealed class AddressAgeTests
{
    [Test, Property("Row", "B190")]
    public void A_connect_goes_to_the_address_that_the_name_has_then_however_long_ago_the_last_was_used()
    {
        const int LongerThanAnyTimeToLive = 3600;
        const int LongerThanDnsMaxTtl = 16;
        using var mux = TestMux.Start(TestMux.SettingsOf([("server_idle_timeout", "10"), ("server_login_retry", "2")]) with
        {
            Databases = new Dictionary<string, string> { ["db"] = "host=db.example port=5432" },
        });
        mux.Names.Set("db.example", IPAddress.Loopback);
        var client = mux.Login();
        client.Take();
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        mux.Advance(LongerThanAnyTimeToLive);
        Assert.That(mux.Counts.Servers, Is.Zero);

        // Nobody listens at the new address; at the old one somebody would.
        mux.Names.Set("db.example", IPAddress.Parse("127.0.0.2"));
        mux.Advance(LongerThanDnsMaxTtl);
        client.Send(RawMessages.Query("SELECT b"));
        mux.Advance(30);
        Assert.That(client.Take(), Is.Empty);
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.Contains("Cannot connect to db.example:5432: 127.0.0.2:5432"));

        mux.Names.Set("db.example", IPAddress.Loopback);
        mux.Advance(LongerThanDnsMaxTtl + 3);
        Assert.That(client.Take(), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
    }
}
