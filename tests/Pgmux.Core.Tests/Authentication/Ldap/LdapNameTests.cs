using Pgmux.Core.Authentication.Ldap;

namespace Pgmux.Core.Tests.Authentication.Ldap;

[TestFixture]
internal sealed class LdapNameTests
{
    [TestCase("bob", "bob")]
    [TestCase("a,dc=evil", "a\\,dc\\=evil")]
    [TestCase("#a#", "\\#a#")]
    [TestCase("  a  ", "\\  a \\ ")]
    [TestCase(" ", "\\ ")]
    [TestCase("a+b\"c\\d<e>f;g", "a\\+b\\\"c\\\\d\\<e\\>f\\;g")]
    [TestCase("a\0b", "a\\00b")]
    [TestCase("", "")]
    public void A_user_stays_a_value(string user, string escaped) => Assert.That(LdapName.Escape(user), Is.EqualTo(escaped));
}
