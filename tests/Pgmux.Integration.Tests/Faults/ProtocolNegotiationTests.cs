using System.Buffers.Binary;
using System.Text;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>Versions of the protocol, its options, and requests for encryption. PostgreSQL's version plays no part here.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class ProtocolNegotiationTests(int postgres) : HandshakeFixture(postgres)
{
    [Test, Property("Row", "H09")]
    public async Task Protocol_2_is_refused()
    {
        await StartAsync();

        var error = await RefusalAsync(RawMessages.StartupPacket(2 << 16, new byte[288]));

        AssertFatal(error, "0A000", "old V2 protocol not supported");
    }

    [TestCase(4 << 16)]
    [TestCase((1234 << 16) | 9999)]
    [Property("Row", "H09")]
    public async Task A_protocol_of_the_future_is_refused(int protocol)
    {
        await StartAsync();

        var error = await RefusalAsync(RawMessages.Startup(protocol, AppLogin));

        AssertFatal(error, "0A000", $"unsupported frontend protocol {protocol >> 16}.{protocol & 0xffff}");
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(9999)]
    [Property("Row", "H10")]
    public async Task A_newer_minor_version_is_negotiated_once_and_the_login_goes_on(int minor)
    {
        await StartAsync();
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await client.SendAsync(RawMessages.Startup(RawMessages.Protocol30 + minor, [.. AppLogin, ("_pq_.first", "1"), ("_pq_.second", "on")]));
        var messages = await client.ReadToReadyAsync();

        var negotiations = messages.Where(message => message.Type == 'v').ToList();
        Assert.That(negotiations, Has.Count.EqualTo(1));
        var offer = negotiations[0].Body;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(BinaryPrimitives.ReadInt32BigEndian(offer) & 0xffff, Is.AtMost(Math.Min(minor, 2)));
            Assert.That(BinaryPrimitives.ReadInt32BigEndian(offer.AsSpan(4)), Is.EqualTo(2));
            Assert.That(Encoding.ASCII.GetString(offer.AsSpan(8)), Is.EqualTo("_pq_.first\0_pq_.second\0"));
            Assert.That(await client.ScalarAsync("SELECT 1"), Is.EqualTo("1"));
        }
    }

    [Test, Property("Row", "H10")]
    public async Task Protocol_3_0_without_options_is_not_negotiated()
    {
        await StartAsync();
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await client.SendAsync(RawMessages.Startup(AppLogin));

        Assert.That((await client.ReadToReadyAsync()).Select(message => message.Type), Has.None.EqualTo('v'));
    }

    [Test, Property("Row", "H11")]
    public async Task Encryption_is_refused_once_per_kind_and_a_repeated_request_ends_the_connection()
    {
        await StartAsync();
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);

        await client.SendAsync(RawMessages.SslRequest());
        var ssl = await client.ReadByteAsync();
        await client.SendAsync(RawMessages.GssEncryptionRequest());
        var gss = await client.ReadByteAsync();
        await client.SendAsync(RawMessages.SslRequest());
        var rest = await client.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(ssl, Is.EqualTo('N'));
            Assert.That(gss, Is.EqualTo('N'));
            Assert.That(rest, Has.Count.EqualTo(1));
            Assert.That(rest[0].SqlState, Is.EqualTo("0A000"));
        }
    }

    [Test, Property("Row", "H11")]
    public async Task A_login_goes_on_in_clear_after_both_requests()
    {
        await StartAsync();
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.GssEncryptionRequest());
        var gss = await client.ReadByteAsync();
        await client.SendAsync(RawMessages.SslRequest());
        var ssl = await client.ReadByteAsync();
        await client.SendAsync(RawMessages.Startup(AppLogin));
        await client.FinishLoginAsync();

        Assert.That($"{gss}{ssl}{await client.ScalarAsync("SELECT 1")}", Is.EqualTo("NN1"));
    }
}
