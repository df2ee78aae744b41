using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class NearestNameTests
{
    [TestCase("defualt_pool_size", "default_pool_size")]
    [TestCase("max_client_conns", "max_client_conn")]
    [TestCase("Pool_Mode", "pool_mode")]
    [TestCase("listen-addr", "listen_addr")]
    [TestCase("authtype", "auth_type")]
    [TestCase("xyzzy", null)]
    [TestCase("", null)]
    [TestCase("q", null)]
    public void A_typing_error_finds_what_was_meant(string written, string? meant)
        => Assert.That(NearestName.Find(written, SettingTable.All.Select(setting => setting.Name)), Is.EqualTo(meant));

    [Test]
    public void A_very_long_word_is_not_compared()
        => Assert.That(NearestName.Find(new string('a', 100_000), ["a"]), Is.Null);
}
