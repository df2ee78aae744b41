using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pgmux.Core.Configuration.OAuth;
using Pgmux.Testing.OAuth;

namespace Pgmux.Core.Tests.Configuration.OAuth;

/// <summary>Files with an issuer's keys, good and bad.</summary>
[TestFixture]
internal sealed class JwksReaderTests
{
    private const string NotJson = "is no JWKS: expected JSON of the form {\"keys\": [...]}";
    private const string NoKey = "has no key by which signatures can be checked";

    [Test]
    public void Keys_are_found_by_algorithm_and_name()
    {
        var keys = Read(TestIssuer.Known.Jwks, out _, out var oddities)!;
        Assert.That((keys.Count, oddities.Count), Is.EqualTo((4, 0)));
        foreach (var algorithm in TestIssuer.Algorithms)
        {
            Assert.That(keys.For(algorithm, null).Single().Id, Is.EqualTo(TestIssuer.KeyNameOf(algorithm)), algorithm);
            Assert.That(keys.For(algorithm, TestIssuer.KeyNameOf(algorithm)), Has.Count.EqualTo(1), algorithm);
            Assert.That(keys.For(algorithm, "x"), Is.Empty);
        }

        Assert.That(keys.For("HS256", null), Is.Empty);
        Assert.That(keys.For("none", "rsa"), Is.Empty);
    }

    [TestCase("", NotJson)]
    [TestCase("nonsense", NotJson)]
    [TestCase("[]", NotJson)]
    [TestCase("{\"keys\": 5}", NotJson)]
    [TestCase("{}", NoKey)]
    [TestCase("{\"keys\": []}", NoKey)]
    [TestCase("{\"keys\": [{\"kty\": \"oct\", \"k\": \"aHVzaA\"}]}", NoKey)]
    [TestCase("{\"keys\": [{\"kty\": \"RSA\", \"n\": \"AQAB\"}]}", NoKey)]
    [TestCase("{\"keys\": [{\"kty\": \"RSA\", \"n\": \"%%\", \"e\": \"AQAB\"}]}", NoKey)]
    [TestCase("{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"AQAB\", \"y\": \"AQAB\"}]}", NoKey)]
    [TestCase("{\"keys\": [{\"kty\": \"EC\", \"crv\": \"secp256k1\", \"x\": \"AQAB\", \"y\": \"AQAB\"}]}", NoKey)]
    public void What_has_no_keys_says_so(string content, string expected)
    {
        Assert.That(Read(content, out var problem, out _), Is.Null);
        Assert.That(problem, Is.EqualTo(expected));
    }

    [Test]
    public void A_point_that_is_not_on_its_curve_is_no_key()
    {
        var key = TestIssuer.Known.CurveKey("ES256");
        (key["x"], key["y"]) = (key["y"]!.DeepClone(), key["x"]!.DeepClone());
        Assert.That(Read(TestIssuer.JwksOf(key), out var problem, out _), Is.Null);
        Assert.That(problem, Is.EqualTo(NoKey));
    }

    [Test]
    public void Keys_for_something_else_are_left_out_and_odd_ones_are_told()
    {
        var encrypting = TestIssuer.Other.RsaKey();
        encrypting["use"] = "enc";
        var deriving = TestIssuer.Other.RsaKey();
        deriving["key_ops"] = new JsonArray("deriveKey");
        var symmetric = new JsonObject { ["kty"] = "oct", ["kid"] = "s", ["k"] = "aHVzaA" };
        using var small = RSA.Create(1024);
        var parameters = small.ExportParameters(false);
        var weak = new JsonObject
        {
            ["kty"] = "RSA",
            ["kid"] = "weak",
            ["n"] = TestIssuer.Encode(parameters.Modulus),
            ["e"] = TestIssuer.Encode(parameters.Exponent),
        };
        var keys = Read(TestIssuer.JwksOf(TestIssuer.Known.RsaKey(isPrivate: true), encrypting, deriving, symmetric, weak), out _, out var oddities)!;
        Assert.That(keys.Count, Is.EqualTo(1));
        Assert.That(oddities, Is.EqualTo(new[]
        {
            "has the private key of \"rsa\", which belongs to the issuer alone",
            "has a key \"s\" of the type \"oct\" that is not used: it must be RSA of 2048 bits or more, or EC on P-256, P-384 or P-521",
            "has a key \"weak\" of the type \"RSA\" that is not used: it must be RSA of 2048 bits or more, or EC on P-256, P-384 or P-521",
        }));
        using var opened = (RSA)keys.For("RS256", null).Single().Open();
        Assert.That(() => opened.ExportParameters(true), Throws.InstanceOf<CryptographicException>(), "the private part is not kept");
    }

    [Test]
    public void A_file_has_limits()
    {
        var many = Enumerable.Range(0, JwksReader.MostKeys + 1).Select(_ => TestIssuer.Known.CurveKey("ES256")).ToArray();
        Assert.That(Read(TestIssuer.JwksOf(many), out var problem, out _), Is.Null);
        Assert.That(problem, Is.EqualTo("has more than 100 keys, the most that are read"));
        Assert.That(Read(TestIssuer.JwksOf(many[1..].Select(key => key.DeepClone().AsObject()).ToArray()), out _, out _)!.Count, Is.EqualTo(JwksReader.MostKeys));

        using var folder = new ConfigFiles();
        Assert.That(JwksReader.Read(folder.Write("large", new string(' ', (int)JwksReader.LargestFileBytes + 1)), [], out problem), Is.Null);
        Assert.That(problem, Is.EqualTo("is larger than 1 MiB, the most that is read"));
        Assert.That(JwksReader.Read(folder.PathOf("nowhere"), [], out problem), Is.Null);
        Assert.That(problem, Is.EqualTo("cannot be read: no such file or directory"));
    }

    private static JwtKeys? Read(string content, out string problem, out List<string> oddities)
    {
        oddities = [];
        return JwksReader.Parse(Encoding.UTF8.GetBytes(content), oddities, out problem);
    }
}
