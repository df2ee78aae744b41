using System.Text;

namespace Pgmux.Protocol.Tests;

/// <summary>What a server may send in a SCRAM exchange that it should not.</summary>
public sealed class ScramClientFaultTests
{
    private const string Nonce = "clientnonce";

    private static readonly string[] MalformedFirsts =
    [
        "",
        "r=",
        "r=clientnonceX",
        "r=clientnonceX,s=AAAA",
        "r=clientnonceX,s=,i=1",
        "r=clientnonceX,s=AAA,i=1",
        "r=clientnonceX,s=AA AA,i=1",
        "r=clientnonceX,s=AAAA,i=",
        "r=clientnonceX,s=AAAA,i=0",
        "r=clientnonceX,s=AAAA,i=-1",
        "r=clientnonceX,s=AAAA,i= 1",
        "r=clientnonceX,s=AAAA,i=1x",
        "r=clientnonceX,i=1,s=AAAA",
        "s=AAAA,i=1,r=clientnonceX",
        "m=ext,r=clientnonceX,s=AAAA,i=1",
        "r=client\u0001nonceX,s=AAAA,i=1",
    ];

    [TestCaseSource(nameof(MalformedFirsts))]
    public void A_malformed_first_message_is_refused(string message) =>
        Assert.That(Client().HandleServerFirst(Encoding.ASCII.GetBytes(message)), Is.EqualTo(ScramServerFirstOutcome.Malformed));

    [TestCase("r=clientnonc,s=AAAA,i=1")]
    [TestCase("r=Clientnonce,s=AAAA,i=1")]
    [TestCase("r=XclientnonceX,s=AAAA,i=1")]
    public void A_nonce_that_does_not_begin_with_ours_is_refused(string message) =>
        Assert.That(Client().HandleServerFirst(Encoding.ASCII.GetBytes(message)), Is.EqualTo(ScramServerFirstOutcome.NonceMismatch));

    [TestCase("1000000", ScramServerFirstOutcome.Accepted)]
    [TestCase("1000001", ScramServerFirstOutcome.TooManyIterations)]
    [TestCase("2147483647", ScramServerFirstOutcome.TooManyIterations)]
    [TestCase("4294967297", ScramServerFirstOutcome.TooManyIterations)]
    [Property("Row", "C18")]
    public void Iterations_are_capped(string iterations, ScramServerFirstOutcome expected) => Assert.That(
        Client().HandleServerFirst(Encoding.ASCII.GetBytes($"r={Nonce}X,s=AAAA,i={iterations}")), Is.EqualTo(expected));

    [Test, Property("Row", "C02")]
    public void A_message_longer_than_any_honest_one_is_refused([Values(1024, 65_536, 16 * 1024 * 1024)] int length)
    {
        byte[] message = [.. Encoding.ASCII.GetBytes($"r={Nonce}"), .. Enumerable.Repeat((byte)'x', length), .. ",s=AAAA,i=1"u8];
        Assert.That(Client().HandleServerFirst(message), Is.EqualTo(ScramServerFirstOutcome.Malformed));
    }

    [TestCase("v=AAAA", ScramServerFinalOutcome.WrongSignature)]
    [TestCase("v=", ScramServerFinalOutcome.WrongSignature)]
    [TestCase("v=!", ScramServerFinalOutcome.Malformed)]
    [TestCase("", ScramServerFinalOutcome.Malformed)]
    [TestCase("x=AAAA", ScramServerFinalOutcome.Malformed)]
    [TestCase("e=other-error", ScramServerFinalOutcome.ServerError)]
    [Property("Row", "A14")]
    public void A_wrong_last_message_verifies_nothing(string message, ScramServerFinalOutcome expected)
    {
        var client = Client();
        client.HandleServerFirst(Encoding.ASCII.GetBytes($"r={Nonce}X,s=AAAA,i=1"));
        client.CreateClientFinal(ScramKeys.Derive("pencil", client.Salt, client.Iterations));
        Assert.That(client.HandleServerFinal(Encoding.ASCII.GetBytes(message)), Is.EqualTo(expected));
    }

    [Test, Property("Row", "A14")]
    public void A_last_message_before_the_proof_verifies_nothing() =>
        Assert.That(Client().HandleServerFinal("v=AAAA"u8), Is.EqualTo(ScramServerFinalOutcome.Malformed));

    [Test]
    public void A_proof_before_the_challenge_is_a_mistake_of_the_caller() => Assert.That(
        () => Client().CreateClientFinal(ScramKeys.Derive("pencil", "salt"u8, 1)), Throws.InvalidOperationException);

    [Test, Property("Row", "B08")]
    public void Mutated_messages_of_a_server_never_verify()
    {
        var secret = ScramSecret.Derive("pencil", "salt"u8, 1);
        var mutator = new Mutator(seed: 5);
        for (var round = 0; round < 5000; round++)
        {
            var client = new ScramClient();
            var server = new ScramServer(secret);
            server.HandleClientFirst(client.CreateClientFirst(), out var first);
            Assert.That(() => new ScramClient().HandleServerFirst(mutator.Mutate(first)), Throws.Nothing);
            client.HandleServerFirst(first);
            server.HandleClientFinal(client.CreateClientFinal(ScramKeys.Derive("pencil", client.Salt, client.Iterations)), out var final);
            var mutated = mutator.Mutate(final);

            // What follows the signature is an extension, which may hold anything.
            if (!Encoding.Latin1.GetString(mutated).StartsWith(Encoding.Latin1.GetString(final), StringComparison.Ordinal))
            {
                Assert.That(client.HandleServerFinal(mutated), Is.Not.EqualTo(ScramServerFinalOutcome.Verified));
            }
        }
    }

    private static ScramClient Client() => new("", Nonce);
}
