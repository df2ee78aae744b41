using Pgmux.Core.Configuration.Ldap;

namespace Pgmux.Core.Tests.Configuration.Ldap;

/// <summary>Filters as bytes, written down by hand after RFC 4511.</summary>
[TestFixture]
internal sealed class LdapFilterTests
{
    [TestCase("(uid=bob)", "A3 0A 04 03 75 69 64 04 03 62 6F 62")]
    [TestCase("uid=bob", "A3 0A 04 03 75 69 64 04 03 62 6F 62")]
    [TestCase("(uid=*)", "87 03 75 69 64")]
    [TestCase("(uid=b*)", "A4 0A 04 03 75 69 64 30 03 80 01 62")]
    [TestCase("(u=a*b*c)", "A4 0E 04 01 75 30 09 80 01 61 81 01 62 82 01 63")]
    [TestCase("(u=\\2a\\5C)", "A3 07 04 01 75 04 02 2A 5C")]
    [TestCase("(&(a=1)(b=2))", "A0 10 A3 06 04 01 61 04 01 31 A3 06 04 01 62 04 01 32")]
    [TestCase("(|(a=1)(b=2))", "A1 10 A3 06 04 01 61 04 01 31 A3 06 04 01 62 04 01 32")]
    [TestCase("(!(a=1))", "A2 08 A3 06 04 01 61 04 01 31")]
    [TestCase("(a>=1)", "A5 06 04 01 61 04 01 31")]
    [TestCase("(a<=1)", "A6 06 04 01 61 04 01 31")]
    [TestCase("(a~=1)", "A8 06 04 01 61 04 01 31")]
    [TestCase("(a:1.2:=x)", "A9 0B 81 03 31 2E 32 82 01 61 83 01 78")]
    [TestCase("(a:dn:=x)", "A9 09 82 01 61 83 01 78 84 01 FF")]
    public void A_filter_becomes_bytes(string text, string bytes)
    {
        Assert.That(LdapFilter.Encode(text, out var problem), Is.EqualTo(Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal))), problem);
    }

    [TestCase("", "must be made of (attribute=value), (&(..)(..)), (|(..)(..)) and (!(..))")]
    [TestCase("(uid)", "must be made of (attribute=value), (&(..)(..)), (|(..)(..)) and (!(..))")]
    [TestCase("(uid=a", "lacks a )")]
    [TestCase("(&)", "lacks a (")]
    [TestCase("(uid=a)(uid=b)", "goes on behind its last parenthesis")]
    [TestCase("(u d=a)", "has something else than the name of an attribute before a =")]
    [TestCase("(uid=\\zz)", "has a \\ without two hexadecimal digits behind it")]
    [TestCase("(uid=**)", "has two * behind one another")]
    [TestCase("(uid=a\\2)", "has a \\ without two hexadecimal digits behind it")]
    [TestCase("(:=x)", "has a wrong extensible match; write attribute:rule:=value")]
    public void A_wrong_one_is_named(string text, string message)
    {
        Assert.That(LdapFilter.Encode(text, out var problem), Is.Null);
        Assert.That(problem, Is.EqualTo(message));
    }

    [Test]
    public void Depth_is_bounded()
    {
        Assert.That(LdapFilter.Encode(Nested(LdapFilter.Deepest), out _), Is.Not.Null);
        Assert.That(LdapFilter.Encode(Nested(100_000), out var problem), Is.Null);
        Assert.That(problem, Is.EqualTo("has more than 32 parentheses inside of one another"));

        static string Nested(int depth) => string.Concat(Enumerable.Repeat("(!", depth)) + "(a=1)" + new string(')', depth);
    }

    [TestCase("*)(uid=*", "(uid=\\2a\\29\\28uid=\\2a)")]
    [TestCase("a\\b\0", "(uid=a\\5cb\\00)")]
    [TestCase("$username", "(uid=$username)")]
    [TestCase("Zoë", "(uid=Zoë)")]
    public void A_user_stays_a_value(string user, string filter)
    {
        var text = LdapFilter.For("(uid=$username)", user);
        Assert.That(text, Is.EqualTo(filter));
        Assert.That(LdapFilter.Encode(text, out var problem)![0], Is.EqualTo(0xA3), problem);
    }
}
