using System.Text;

namespace Pgmux.Protocol.Tests;

/// <summary>A client that binds its login to a certificate, against a server that does the same.</summary>
public sealed class ScramClientBindingTests
{
    private static readonly byte[] Salt = [1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly byte[] Certificate = [.. Enumerable.Range(0, 32).Select(n => (byte)n)];
    private static readonly byte[] Other = [.. Certificate.Reverse()];
    private static readonly ScramKeys Keys = ScramKeys.Derive("secret", Salt, 4096);

    [TestCase(true, true, ScramOutcome.Succeeded)]
    [TestCase(true, false, ScramOutcome.WrongBinding)]
    [TestCase(false, true, ScramOutcome.Succeeded)]
    public void The_proof_covers_the_certificate_that_the_client_has_seen(bool binds, bool seesTheServers, ScramOutcome expected)
    {
        var client = new ScramClient(ScramBinding.Offered(binds ? seesTheServers ? Certificate : Other : [], binds));
        var server = new ScramServer(Keys.ToSecret(Salt, 4096), binding: ScramBinding.Offered(Certificate, binds));
        Assert.That(server.HandleClientFirst(client.CreateClientFirst(), out var serverFirst), Is.EqualTo(ScramOutcome.Continue));
        Assert.That(client.HandleServerFirst(serverFirst), Is.EqualTo(ScramServerFirstOutcome.Accepted));

        Assert.That(server.HandleClientFinal(client.CreateClientFinal(Keys), out var serverFinal), Is.EqualTo(expected));
        if (expected == ScramOutcome.Succeeded)
        {
            Assert.That(client.HandleServerFinal(serverFinal), Is.EqualTo(ScramServerFinalOutcome.Verified));
        }
    }

    [Test]
    public void Who_could_bind_and_is_not_offered_it_says_so_and_a_server_that_did_offer_it_refuses()
    {
        var client = new ScramClient(ScramBinding.Offered(Certificate, isChosen: false));
        var first = client.CreateClientFirst();
        Assert.That(Encoding.ASCII.GetString(first), Does.StartWith("y,,"));

        var server = new ScramServer(Keys.ToSecret(Salt, 4096), binding: ScramBinding.Offered(Certificate, isChosen: false));
        Assert.That(server.HandleClientFirst(first, out _), Is.EqualTo(ScramOutcome.Downgraded));
    }
}
