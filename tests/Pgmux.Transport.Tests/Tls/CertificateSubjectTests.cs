using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Pgmux.Transport.Tls;

namespace Pgmux.Transport.Tests.Tls;

/// <summary>Whom certificates name, among them those that try to name somebody else.</summary>
[TestFixture]
public sealed class CertificateSubjectTests
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";

    [TestCase("alice")]
    [TestCase("Zoë Łukasz 名")]
    [TestCase("a,b=c\"d\\")]
    [TestCase(" alice")]
    public void A_name_is_taken_letter_for_letter(string name) => Assert.That(NameIn((CommonName, Utf8(name))), Is.EqualTo(name));

    [Test]
    public void The_first_of_several_names_counts() => Assert.That(
        NameIn((Organization, Utf8("root")), (CommonName, Utf8("alice")), (CommonName, Utf8("root"))), Is.EqualTo("alice"));

    [Test]
    public void A_name_beside_another_attribute_in_one_part_of_the_subject_counts()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        {
            WriteAttribute(writer, Organization, Utf8("root"));
            WriteAttribute(writer, CommonName, Utf8("alice"));
        }

        Assert.That(NameIn(writer.Encode()), Is.EqualTo("alice"));
    }

    [Test]
    public void Who_has_no_name_is_nobody() => Assert.That(NameIn((Organization, Utf8("alice"))), Is.Empty);

    [TestCase("alice\0.example.com")]
    [TestCase("\0")]
    [TestCase("alice\0")]
    [Property("Row", "B33"), Property("Row", "A17")]
    public void A_zero_byte_in_a_name_makes_it_nobodys(string name) =>
        Assert.That(NameIn((CommonName, Utf8(name)), (CommonName, Utf8("alice"))), Is.Empty);

    [TestCase(UniversalTagNumber.PrintableString, "alice")]
    [TestCase(UniversalTagNumber.IA5String, "alice")]
    [TestCase(UniversalTagNumber.T61String, "")]
    [TestCase(UniversalTagNumber.BMPString, "")]
    public void Names_are_told_in_one_way_only(UniversalTagNumber kind, string expected)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteCharacterString(kind, "alice");
        Assert.That(NameIn((CommonName, writer.Encode())), Is.EqualTo(expected));
    }

    private static byte[] Utf8(string text) => [0x0C, (byte)Encoding.UTF8.GetByteCount(text), .. Encoding.UTF8.GetBytes(text)];

    private static string NameIn(params (string Type, byte[] Value)[] attributes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var (type, value) in attributes)
            {
                using (writer.PushSetOf())
                {
                    WriteAttribute(writer, type, value);
                }
            }
        }

        return NameIn(writer.Encode());
    }

    private static string NameIn(byte[] subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UnixEpoch;
        using var certificate = request.CreateSelfSigned(now, now.AddDays(1));
        return CertificateSubject.CommonNameOf(certificate);
    }

    private static void WriteAttribute(AsnWriter writer, string type, byte[] value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(type);
            writer.WriteEncodedValue(value);
        }
    }
}
