using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class ResolverFileTests
{
    [TestCase("", "127.0.0.1:53")]
    [TestCase("nameserver 192.0.2.1", "192.0.2.1:53")]
    [TestCase("# a comment\n; another\nnameserver\t192.0.2.1 # x\nnameserver 2001:db8::1\n", "192.0.2.1:53 [2001:db8::1]:53")]
    [TestCase("nameserver 192.0.2.1#5353", "192.0.2.1:5353")]
    [TestCase("nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\nnameserver 4.4.4.4", "1.1.1.1:53 2.2.2.2:53 3.3.3.3:53")]
    [TestCase("nameserver dns.example\nnameserver\nnameserver 192.0.2.1#0\nnameserver 192.0.2.1#x\nsortlist 1\nnonsense", "127.0.0.1:53")]
    public void Name_servers_are_read_in_their_order(string text, string servers) =>
        Assert.That(string.Join(' ', ResolverFile.Parse(text).Servers), Is.EqualTo(servers));

    [TestCase("", "db", "db.")]
    [TestCase("search a.example b.example", "db", "db.a.example. db.b.example. db.")]
    [TestCase("search a.example", "db.x", "db.x. db.x.a.example.")]
    [TestCase("search a.example\noptions ndots:2", "db.x", "db.x.a.example. db.x.")]
    [TestCase("search a.example", "db.", "db.")]
    [TestCase("domain old\nsearch .a.example.", "db", "db.a.example. db.")]
    [TestCase("search 1 2 3 4 5 6 7 8", "db", "db.1. db.2. db.3. db.4. db.5. db.6. db.")]
    public void A_short_name_stands_for_longer_ones(string text, string host, string names) =>
        Assert.That(string.Join(' ', ResolverFile.Parse(text).NamesFor(host)), Is.EqualTo(names));

    [TestCase("", 5, 2, false)]
    [TestCase("options timeout:1 attempts:3 rotate", 1, 3, true)]
    [TestCase("options timeout:999 attempts:999", 30, 5, false)]
    [TestCase("options timeout:0 attempts:-1 timeout: attempts edns0 ndots:x", 5, 2, false)]
    public void Options_have_limits(string text, int seconds, int attempts, bool rotates)
    {
        var file = ResolverFile.Parse(text);
        Assert.That((file.Timeout.TotalSeconds, file.Attempts, file.Rotates), Is.EqualTo((seconds, attempts, rotates)));
    }

    [Test]
    public void A_file_that_cannot_be_read_stops_the_start()
    {
        using var files = new ConfigFiles();
        Assert.That(files.FaultsOf($"[pgbouncer]\nresolv_conf = {files.PathOf("none")}\n"), Is.EqualTo(new[]
        {
            $"2: resolv_conf: {files.PathOf("none")} cannot be read: no such file or directory; name a file as resolv.conf(5) describes it, "
                + "or leave the setting empty for the system's resolver",
        }));
        Assert.That(files.LoadGood($"[pgbouncer]\nresolv_conf = {files.Write("resolv.conf", "nameserver 192.0.2.1\n")}\n").Options.ResolvConf, Is.Not.Empty);
    }
}
