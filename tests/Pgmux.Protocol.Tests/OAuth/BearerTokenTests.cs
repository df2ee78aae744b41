using System.Text;

namespace Pgmux.Protocol.Tests.OAuth;

[TestFixture]
internal sealed class BearerTokenTests
{
    [TestCase("Bearer abc", "abc")]
    [TestCase("bEARER abc", "abc")]
    [TestCase("Bearer    a-b.c_d~e+f/9==", "a-b.c_d~e+f/9==")]
    public void A_token_is_found(string authorization, string expected)
    {
        Assert.That(BearerToken.TryRead(Encoding.ASCII.GetBytes(authorization), out var token, out _));
        Assert.That(Encoding.ASCII.GetString(token), Is.EqualTo(expected));
    }

    [TestCase("Basic abc", "Client response indicated a non-Bearer authentication scheme.")]
    [TestCase("Bearer", "Client response indicated a non-Bearer authentication scheme.")]
    [TestCase("Bearer\tabc", "Client response indicated a non-Bearer authentication scheme.")]
    [TestCase("Bearer ", "Bearer token is empty.")]
    [TestCase("Bearer   ", "Bearer token is empty.")]
    [TestCase("Bearer a b", "Bearer token is not in the correct format.")]
    [TestCase("Bearer a=b", "Bearer token is not in the correct format.")]
    [TestCase("Bearer a\tb", "Bearer token is not in the correct format.")]
    public void What_is_none_is_not_shown(string authorization, string expected)
    {
        Assert.That(BearerToken.TryRead(Encoding.ASCII.GetBytes(authorization), out _, out var problem), Is.False);
        Assert.That(problem, Is.EqualTo(expected));
    }

    [Test]
    public void A_token_has_a_limit()
    {
        Assert.That(BearerToken.Check(new byte[BearerToken.MaximumBytes].Select(_ => (byte)'a').ToArray(), out _));
        Assert.That(BearerToken.Check(new byte[BearerToken.MaximumBytes + 1].Select(_ => (byte)'a').ToArray(), out var problem), Is.False);
        Assert.That(problem, Is.EqualTo("Bearer token is longer than 32768 bytes."));
    }
}
