using System.Buffers.Binary;
using Pgmux.Core.Cancellation;
using Pgmux.Core.Cancellation.Peers;

namespace Pgmux.Core.Tests.Cancellation.Peers;

[TestFixture]
internal sealed class PeerKeyTests
{
    private static readonly int[] Ids = [1, 2, 255, 256, 0x1234, 16383, 65535];

    [TestCaseSource(nameof(Ids))]
    public void The_id_stands_where_PgBouncer_puts_it(int id)
    {
        var key = FakePeer.KeyOf(id);
        Assert.That(PeerKey.PeerIdOf(BinaryPrimitives.ReadInt32BigEndian(key)), Is.EqualTo(key[1] + (key[2] << 8)).And.EqualTo(id));
        Assert.That(PeerKey.WithPeerId(0x5A00005A, id), Is.EqualTo(BinaryPrimitives.ReadInt32BigEndian(key)));
        Assert.That(PeerKey.PeerIdOf(PeerKey.WithPeerId(-1, id)), Is.EqualTo(id));
        Assert.That(PeerKey.WithPeerId(-1, id), Is.Positive);
    }

    [Test]
    public void The_hops_are_the_two_lowest_bits_of_the_eighth_byte([Values(4, 32)] int secretBytes)
    {
        var secret = Enumerable.Repeat((byte)0xFC, secretBytes).ToArray();
        for (var hops = 0; hops <= PeerKey.MostHops; hops++)
        {
            PeerKey.SetHops(secret, hops);
            Assert.That(PeerKey.HopsOf(secret), Is.EqualTo(hops));
            Assert.That(secret[3], Is.EqualTo(0xFC | hops));
            Assert.That(secret.Where((_, at) => at != 3), Is.All.EqualTo(0xFC));
        }
    }

    // What is fixed is fixed in all of them, and every other bit is both 0 and 1 in some: 45 bits are left to guess.
    [TestCaseSource(nameof(Ids))]
    public void A_key_of_a_peer_has_45_random_bits_whoever_it_is_for(int id)
    {
        var (ones, zeroes) = (0UL, 0UL);
        for (var i = 0; i < 2000; i++)
        {
            var key = CancelKey.Create(wantedProcessId: i % 3 == 0 ? 4711 : 0, isLong: i % 2 == 0, new CancelKeyMark(id, CountsHops: true));
            Assert.That(key.LongSecret, Is.Null, "PgBouncer drops requests of any other length");
            Assert.That(PeerKey.PeerIdOf(key.ProcessId), Is.EqualTo(id));
            var value = ((ulong)(uint)key.ProcessId << 32) | key.Secret;
            ones |= value;
            zeroes |= ~value;
        }

        const ulong Sign = 1UL << 63;
        const ulong Hops = 3;
        const ulong Id = 0xFFFFUL << 40;
        Assert.That(ones & zeroes, Is.EqualTo(~(Sign | Hops | Id)));
        Assert.That(ulong.PopCount(ones & zeroes), Is.EqualTo(45));
        Assert.That(ones & Hops, Is.EqualTo(Hops));
    }

    [Test]
    public void Without_an_id_only_the_hops_are_fixed_and_long_secrets_stay_long()
    {
        var mark = new CancelKeyMark(0, CountsHops: true);
        Assert.That(CancelKey.Create(4711, isLong: false, mark).ProcessId, Is.EqualTo(4711));
        for (var i = 0; i < 100; i++)
        {
            var key = CancelKey.Create(0, isLong: i % 2 == 0, mark);
            Assert.That(key.SecretBytes, Is.EqualTo(i % 2 == 0 ? CancelKey.LongSecretBytes : 4));
            Assert.That(PeerKey.HopsOf(key.CopySecretTo(new byte[CancelKey.LongSecretBytes])), Is.EqualTo(PeerKey.MostHops));
        }
    }
}
