using System.Text;

namespace Pgmux.Protocol.Tests;

/// <summary>What a client may say of channel binding, and what becomes of it.</summary>
public sealed class ScramBindingTests
{
    private static readonly byte[] Salt = [1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly byte[] Certificate = [.. Enumerable.Range(0, 32).Select(n => (byte)n)];
    private static readonly ScramKeys Keys = ScramKeys.Derive("secret", Salt, 4096);

    [TestCase("p=tls-server-end-point,,", true, true, ScramOutcome.Succeeded)]
    [TestCase("p=tls-server-end-point,,", true, false, ScramOutcome.WrongBinding)]
    [TestCase("n,,", false, false, ScramOutcome.Succeeded)]
    [Property("Row", "A09")]
    public void A_login_is_bound_to_the_certificate_or_to_nothing(string header, bool isChosen, bool isSameCertificate, ScramOutcome expected)
    {
        var server = new ScramServer(Keys.ToSecret(Salt, 4096), binding: ScramBinding.Offered(Certificate, isChosen));
        var bare = "n=,r=abcdefgh";
        Assert.That(server.HandleClientFirst(Encoding.ASCII.GetBytes(header + bare), out var serverFirst), Is.EqualTo(ScramOutcome.Continue));

        byte[] binding = isChosen ? isSameCertificate ? Certificate : [.. Certificate.Reverse()] : [];
        var nonce = Encoding.ASCII.GetString(serverFirst).Split(',')[0];
        var withoutProof = $"c={Convert.ToBase64String([.. Encoding.ASCII.GetBytes(header), .. binding])},{nonce}";
        var proof = ScramCryptography.HideKey(
            Keys.ClientKey,
            Keys.StoredKey,
            ScramCryptography.AuthMessage(Encoding.ASCII.GetBytes(bare), serverFirst, Encoding.ASCII.GetBytes(withoutProof)));

        Assert.That(server.HandleClientFinal(Encoding.ASCII.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}"), out _), Is.EqualTo(expected));
    }

    [TestCase("y,,", true, false, ScramOutcome.Downgraded)]
    [TestCase("y,,", false, false, ScramOutcome.Continue)]
    [TestCase("n,,", true, true, ScramOutcome.Malformed)]
    [TestCase("y,,", true, true, ScramOutcome.Malformed)]
    [TestCase("p=tls-server-end-point,,", true, false, ScramOutcome.Malformed)]
    [TestCase("p=tls-server-end-point,,", false, false, ScramOutcome.Malformed)]
    [TestCase("p=tls-unique,,", true, true, ScramOutcome.Malformed)]
    [TestCase("p=tls-server-end-point,a=other,", true, true, ScramOutcome.Malformed)]
    [Property("Row", "A09"), Property("Row", "B26")]
    public void What_the_header_says_fits_what_was_offered_and_chosen(string header, bool isOffered, bool isChosen, ScramOutcome expected)
    {
        var binding = ScramBinding.Offered(isOffered ? Certificate : [], isChosen);
        var server = new ScramServer(Keys.ToSecret(Salt, 4096), binding: binding);

        Assert.That(server.HandleClientFirst(Encoding.ASCII.GetBytes($"{header}n=,r=abcdefgh"), out _), Is.EqualTo(expected));
    }
}
