using System.Text;

namespace Pgmux.Protocol.Tests;

/// <summary>What a client may send in a SCRAM exchange that it should not.</summary>
public sealed class ScramServerFaultTests
{
    private const string Password = "pencil";
    private const int Iterations = 16;

    private static readonly ScramSecret Secret = ScramSecret.Derive(Password, "salt"u8, Iterations);

    private static readonly (string What, Func<string, string> Damage)[] Damages =
    [
        ("nonce cut", final => Replace(final, "r=", nonce => nonce[..^1])),
        ("nonce longer", final => Replace(final, "r=", nonce => nonce + "x")),
        ("other nonce", final => Replace(final, "r=", _ => "abcdefgh")),
        ("no nonce", final => Replace(final, "r=", _ => "")),
        ("no proof", final => final[..final.IndexOf(",p=", StringComparison.Ordinal)]),
        ("empty proof", final => Replace(final, "p=", _ => "")),
        ("proof with a space", final => Replace(final, "p=", proof => " " + proof)),
        ("proof without padding", final => Replace(final, "p=", proof => proof.TrimEnd('='))),
        ("proof that is no base64", final => Replace(final, "p=", proof => "!" + proof[1..])),
        ("short proof", final => Replace(final, "p=", _ => Convert.ToBase64String(new byte[31]))),
        ("long proof", final => Replace(final, "p=", _ => Convert.ToBase64String(new byte[33]))),
        ("something behind the proof", final => final + ",x=1"),
        ("comma behind the proof", final => final + ","),
        ("mandatory extension", final => final.Replace(",p=", ",m=1,p=", StringComparison.Ordinal)),
        ("other channel binding", final => "c=eSws" + final[6..]),
        ("no channel binding", final => final[7..]),
        ("bytes behind a zero", final => final + "\0"),
        ("nothing", _ => ""),
        ("64 KiB", final => final.Replace(",p=", ",x=" + new string('x', 65536) + ",p=", StringComparison.Ordinal)),
    ];

    [TestCaseSource(nameof(Damages)), Property("Row", "A08")]
    public void A_damaged_final_message_is_malformed((string What, Func<string, string> Damage) damage)
    {
        var (server, client) = Start();
        var final = Encoding.ASCII.GetString(client.CreateClientFinal(Keys(client)));
        Assert.That(server.HandleClientFinal(Encoding.ASCII.GetBytes(damage.Damage(final)), out var serverFinal), Is.EqualTo(ScramOutcome.Malformed));
        Assert.That(serverFinal, Is.Empty);
        Assert.That(server.Keys, Is.Null);
    }

    [Test]
    public void Extensions_that_are_not_mandatory_are_passed_over()
    {
        var server = new ScramServer(Secret);
        Assert.That(server.HandleClientFirst("n,,n=,r=abc,x=1,y=2"u8, out _), Is.EqualTo(ScramOutcome.Continue));
    }

    [Test, Property("Row", "A08")]
    public void A_replayed_final_message_is_malformed()
    {
        var (server, client) = Start();
        var final = client.CreateClientFinal(Keys(client));
        Assert.That(server.HandleClientFinal(final, out _), Is.EqualTo(ScramOutcome.Succeeded));
        Assert.That(server.HandleClientFinal(final, out _), Is.EqualTo(ScramOutcome.Malformed));

        var (otherServer, _) = Start();
        Assert.That(otherServer.HandleClientFinal(final, out _), Is.EqualTo(ScramOutcome.Malformed), "another exchange has another nonce");
    }

    [Test, Property("Row", "A08")]
    public void A_final_message_before_the_first_is_malformed() =>
        Assert.That(new ScramServer(Secret).HandleClientFinal("c=biws,r=,p=AAAA"u8, out _), Is.EqualTo(ScramOutcome.Malformed));

    [Test]
    public void A_wrong_password_is_a_wrong_proof()
    {
        var (server, client) = Start();
        var keys = ScramKeys.Derive("pencils", client.Salt, client.Iterations);
        Assert.That(server.HandleClientFinal(client.CreateClientFinal(keys), out _), Is.EqualTo(ScramOutcome.WrongProof));
        Assert.That(server.Keys, Is.Null);
    }

    [Test, Property("Row", "A02")]
    public void A_mock_refuses_even_the_right_proof()
    {
        var (server, client) = Start(isMock: true);
        Assert.That(server.HandleClientFinal(client.CreateClientFinal(Keys(client)), out var final), Is.EqualTo(ScramOutcome.WrongProof));
        Assert.That(final, Is.Empty);
    }

    [TestCase("n,,"), TestCase("y,,")]
    public void A_client_without_channel_binding_is_served(string header)
    {
        var server = new ScramServer(Secret);
        Assert.That(server.HandleClientFirst(Encoding.ASCII.GetBytes(header + "n=,r=abc"), out _), Is.EqualTo(ScramOutcome.Continue));
    }

    [Test]
    public void Two_exchanges_have_two_nonces()
    {
        new ScramServer(Secret).HandleClientFirst("n,,n=,r=abc"u8, out var first);
        new ScramServer(Secret).HandleClientFirst("n,,n=,r=abc"u8, out var second);
        Assert.That(second, Is.Not.EqualTo(first));
    }

    [Test, Property("Row", "B08"), Property("Row", "C01")]
    public void Mutated_messages_of_a_client_never_succeed()
    {
        var mutator = new Mutator(seed: 4);
        for (var round = 0; round < 5000; round++)
        {
            var (server, client) = Start();
            var final = client.CreateClientFinal(Keys(client));
            var mutated = mutator.Mutate(final);
            if (!mutated.SequenceEqual(final))
            {
                Assert.That(server.HandleClientFinal(mutated, out _), Is.Not.EqualTo(ScramOutcome.Succeeded), Encoding.Latin1.GetString(mutated));
            }

            var outcome = new ScramServer(Secret).HandleClientFirst(mutator.Mutate(client.CreateClientFirst()), out _);
            Assert.That(outcome, Is.EqualTo(ScramOutcome.Continue).Or.EqualTo(ScramOutcome.Malformed));
        }
    }

    private static (ScramServer Server, ScramClient Client) Start(bool isMock = false)
    {
        var server = new ScramServer(Secret, isMock);
        var client = new ScramClient();
        Assert.That(server.HandleClientFirst(client.CreateClientFirst(), out var serverFirst), Is.EqualTo(ScramOutcome.Continue));
        Assert.That(client.HandleServerFirst(serverFirst), Is.EqualTo(ScramServerFirstOutcome.Accepted));
        return (server, client);
    }

    private static ScramKeys Keys(ScramClient client) => ScramKeys.Derive(Password, client.Salt, client.Iterations);

    private static string Replace(string message, string attribute, Func<string, string> change) => string.Join(
        ',', message.Split(',').Select(part => part.StartsWith(attribute, StringComparison.Ordinal) ? attribute + change(part[2..]) : part));
}
