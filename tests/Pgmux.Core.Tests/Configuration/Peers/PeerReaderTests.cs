using Pgmux.Core.Configuration.Peers;

namespace Pgmux.Core.Tests.Configuration.Peers;

[TestFixture]
internal sealed class PeerReaderTests
{
    private ConfigFiles _files = null!;

    [SetUp]
    public void MakeFiles() => _files = new ConfigFiles();

    [TearDown]
    public void RemoveFiles() => _files.Dispose();

    [Test]
    public void A_peer_has_a_host_a_port_and_a_size()
    {
        var read = _files.LoadGood("[pgbouncer]\npeer_id = 1\ndefault_pool_size = 9\n[peers]\n1 = host=/tmp/one\n2 = host=db2 port=7000 pool_size=3\n65535 = host=::1 pool_size=0\n");
        Assert.That(
            read.Peers.Values.OrderBy(peer => peer.Id).Select(peer => (peer.Id, peer.Host, peer.Port, read.PeerPoolSizeFor(peer))),
            Is.EqualTo(new[] { (1, "/tmp/one", 6432, 9), (2, "db2", 7000, 3), (65535, "::1", 6432, 0) }));
        Assert.That(read.Options.PeerId, Is.EqualTo(1));
    }

    [Test]
    public void Of_two_lines_for_one_peer_the_later_counts() =>
        Assert.That(_files.LoadGood("[pgbouncer]\n[peers]\n2 = host=a\n02 = host=b\n").Peers.Single().Value.Host, Is.EqualTo("b"));

    [TestCase("0 = host=a", "peer 0: the key must be the peer_id of a process, from 1 to 65535")]
    [TestCase("65536 = host=a", "peer 65536: the key must be the peer_id of a process, from 1 to 65535")]
    [TestCase("one = host=a", "peer one: the key must be the peer_id of a process, from 1 to 65535")]
    [TestCase("-1 = host=a", "peer -1: the key must be the peer_id of a process, from 1 to 65535")]
    [TestCase("2 = port=6432", "peer 2: host is missing; it says where the process with this peer_id listens")]
    [TestCase("2 =", "peer 2: host is missing; it says where the process with this peer_id listens")]
    [TestCase("2 = host=a,b", "peer 2: host must be one host: a peer is one process")]
    [TestCase("2 = host=a port=0", "peer 2: port must be a port from 1 to 65535")]
    [TestCase("2 = host=a pool_size=x", "peer 2: pool_size must be a whole number")]
    [TestCase("2 = host=a pool_sice=3", "peer 2: unknown key \"pool_sice\"; did you mean pool_size?")]
    [TestCase("2 = host=a dbname=b", "peer 2: unknown key \"dbname\"")]
    public void What_is_wrong_with_a_line_is_told(string line, string fault) =>
        Assert.That(_files.FaultsOf($"[pgbouncer]\npeer_id = 1\n[peers]\n{line}\n"), Has.One.StartsWith($"4: {fault}"));

    [TestCase("16384")]
    [TestCase("-1")]
    public void The_own_id_has_PgBouncers_limit(string id) =>
        Assert.That(_files.FaultsOf($"[pgbouncer]\npeer_id = {id}\n"), Is.EqualTo(new[] { $"2: peer_id = {id}: peer_id must be a whole number from 0 to 16383" }));

    [Test]
    public void Half_of_it_is_taken_with_a_warning_as_PgBouncer_takes_it()
    {
        Assert.That(WarningsOf("[pgbouncer]\npeer_id = 3\n"), Is.EqualTo(new[] { "2: peer_id is set and [peers] is empty: cancel requests for other processes that reach this one are lost" }));
        Assert.That(WarningsOf("[pgbouncer]\n[peers]\n1 = host=a\n"), Is.EqualTo(new[] { "3: [peers] has no effect without peer_id, the id of this process" }));
        Assert.That(WarningsOf("[pgbouncer]\npeer_id = 1\n[peers]\n1 = host=a\n"), Is.Empty);
    }

    [TestCase("peer_id = 1\n")]
    [TestCase("[peers]\n1 = host=a\n")]
    public void A_name_for_the_peers_goes_with_nothing_else(string more) =>
        Assert.That(_files.FaultsOf($"[pgbouncer]\npeers_dns = pgmux.default.svc\n{more}"), Has.One.StartsWith("2: peers_dns finds the peers itself"));

    private string[] WarningsOf(string content) =>
        [.. _files.Load(content).Warnings.Where(warning => warning.Message.Contains("peer", StringComparison.Ordinal)).Select(warning => $"{warning.Line}: {warning.Message}")];

    [Test]
    public void The_rule_is_checked() => Assert.That(Core.Configuration.OptionsRules.All, Has.One.InstanceOf<PeerRule>());
}
