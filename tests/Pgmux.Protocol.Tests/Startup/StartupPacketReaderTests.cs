using System.Buffers.Binary;
using FsCheck.Fluent;

namespace Pgmux.Protocol.Tests;

public sealed class StartupPacketReaderTests
{
    private static readonly byte[] Good = StartupPackets.Startup(("user", "alice"), ("database", "shop"), ("TimeZone", "UTC"));

    private static readonly int[] WrongLengths = [int.MinValue, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 10_001, int.MaxValue];

    private static readonly byte[][] WrongLayouts =
    [
        [.. "user\0alice\0"u8],
        [.. "user\0alice"u8],
        [.. "user\0"u8],
        [.. "user"u8],
        [.. "user\0alice\0\0\0"u8],
        [.. "\0user\0alice\0\0"u8],
        [.. "user\0alice\0\0database\0shop\0\0"u8],
        [.. "user\0alice\0database\0"u8],
        [],
    ];

    private static readonly byte[][] OtherProtocols =
    [
        [.. "GET / HTTP/1.1\r\n"u8],
        [.. "SSH-2.0-OpenSSH_9.2\r\n"u8],
        [.. "PROXY TCP4 1.2.3.4"u8],
        [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC],
    ];

    [Test]
    public void Parameters_come_in_order_and_the_last_of_a_name_counts()
    {
        var packet = StartupPackets.Startup(("user", "a"), ("options", "-c x=1"), ("user", "b"), ("x", ""));
        var request = Read(packet);
        Assert.Multiple(() =>
        {
            Assert.That(request.Kind, Is.EqualTo(StartupRequestKind.Startup));
            Assert.That(request.ProtocolVersion, Is.EqualTo(ProtocolVersion.V3));
            Assert.That(request.Parameters.Select(parameter => $"{parameter.Key}={parameter.Value}"),
                Is.EqualTo(new[] { "user=a", "options=-c x=1", "user=b", "x=" }));
            Assert.That(request.GetParameter("user"), Is.EqualTo("b"));
            Assert.That(request.GetParameter("database"), Is.Null);
        });
    }

    [Test, Property("Row", "B04")]
    public void Nothing_is_taken_before_the_packet_is_complete()
    {
        for (var length = 0; length < Good.Length; length++)
        {
            Assert.That(StartupPacketReader.TryRead(Good.AsSpan(0, length), out _, out var consumed), Is.False);
            Assert.That(consumed, Is.Zero);
        }

        Assert.That(StartupPacketReader.TryRead([.. Good, 1, 2, 3], out _, out var taken));
        Assert.That(taken, Is.EqualTo(Good.Length), "what follows is left alone");
    }

    [TestCaseSource(nameof(WrongLengths)), Property("Row", "H04"), Property("Row", "B07"), Property("Row", "C01")]
    public void A_wrong_length_is_refused_with_the_first_four_bytes(int length)
    {
        var packet = Good.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(packet, length);
        var expected = $"bad packet header: '{length:x8}00030000'";
        AssertRefused(packet, SqlState.ProtocolViolation, expected);
        Assert.That(() => StartupPacketReader.TryRead(packet.AsSpan(0, 4), out _, out _), Throws.TypeOf<StartupPacketException>());
    }

    [Test, Property("Row", "B07")]
    public void A_refused_packet_costs_no_memory_of_its_claimed_size()
    {
        var packet = Good.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(packet, int.MaxValue);
        Assert.That(() => Read(packet), Throws.TypeOf<StartupPacketException>());

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => Read(packet), Throws.TypeOf<StartupPacketException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000));
    }

    [Test]
    public void The_longest_packet_is_read()
    {
        var overhead = StartupPackets.Startup(("user", "")).Length;
        var name = new string('u', StartupPacketReader.MaximumLength - overhead);
        Assert.That(Read(StartupPackets.Startup(("user", name))).GetParameter("user"), Is.EqualTo(name));
        Assert.That(() => Read(StartupPackets.Startup(("user", name + "u"))), Throws.TypeOf<StartupPacketException>());
    }

    [TestCaseSource(nameof(WrongLayouts)), Property("Row", "H05"), Property("Row", "B03")]
    public void A_wrong_layout_is_refused(byte[] content) => AssertRefused(
        StartupPackets.Raw(StartupPackets.Version3, content),
        SqlState.ProtocolViolation,
        "invalid startup packet layout: expected terminator as last byte");

    [Test, Property("Row", "H06")]
    public void A_packet_without_user_is_refused()
    {
        AssertRefused(StartupPackets.Startup(("database", "shop")), SqlState.InvalidAuthorizationSpecification, "no username supplied");
        AssertRefused(StartupPackets.Startup(("user", "")), SqlState.InvalidAuthorizationSpecification, "no username supplied");
        AssertRefused(StartupPackets.Startup(), SqlState.InvalidAuthorizationSpecification, "no username supplied");
    }

    [Test, Property("Row", "H09")]
    public void Protocol_2_is_refused_in_PgBouncers_words() => AssertRefused(
        StartupPackets.Startup(new ProtocolVersion(2, 0).Code, ("user", "alice"))[..8], SqlState.FeatureNotSupported, "old V2 protocol not supported");

    [TestCase(4, 0), TestCase(1234, 9999), TestCase(0, 0), TestCase(65535, 1)]
    [Property("Row", "H09")]
    public void Another_major_version_is_refused_with_the_first_eight_bytes(int major, int minor)
    {
        var packet = StartupPackets.Startup(new ProtocolVersion(major, minor).Code, ("user", "alice"));
        AssertRefused(
            packet[..8], SqlState.FeatureNotSupported, $"unsupported frontend protocol {major}.{minor}: server supports 3.0 to 3.2");
    }

    [TestCase(0), TestCase(1), TestCase(2), TestCase(9999), TestCase(65535)]
    [Property("Row", "H10")]
    public void Any_minor_version_is_read(int minor) => Assert.That(
        Read(StartupPackets.Startup(new ProtocolVersion(3, minor).Code, ("user", "alice"))).ProtocolVersion,
        Is.EqualTo(new ProtocolVersion(3, minor)));

    [Test, Property("Row", "H10")]
    public void Protocol_options_are_kept_apart()
    {
        var request = Read(StartupPackets.Startup(("_pq_.b", "1"), ("user", "alice"), ("_pq_.a", ""), ("_pq_", "x")));
        Assert.That(request.ProtocolOptions, Is.EqualTo(new[] { "_pq_.b", "_pq_.a" }));
        Assert.That(request.Parameters.Select(parameter => parameter.Key), Is.EqualTo(new[] { "user", "_pq_" }));
    }

    [Test]
    public void Requests_without_content_are_told_apart()
    {
        Assert.That(Read(StartupPackets.Write(FrontendMessages.WriteSslRequest)).Kind, Is.EqualTo(StartupRequestKind.SslRequest));
        Assert.That(Read(StartupPackets.Write(FrontendMessages.WriteGssEncRequest)).Kind, Is.EqualTo(StartupRequestKind.GssEncRequest));
        Assert.That(
            () => Read(StartupPackets.Raw(StartupCodes.SslRequest, [0])),
            Throws.TypeOf<StartupPacketException>(),
            "an SSLRequest holds nothing");
    }

    [TestCase(4), TestCase(32), TestCase(256)]
    public void A_cancel_request_shows_process_and_secret(int secretLength)
    {
        var secret = Enumerable.Range(0, secretLength).Select(value => (byte)value).ToArray();
        var request = Read(StartupPackets.Write(output => FrontendMessages.WriteCancelRequest(output, 4711, secret)));
        Assert.That(request.Kind, Is.EqualTo(StartupRequestKind.CancelRequest));
        Assert.That(request.ProcessId, Is.EqualTo(4711));
        Assert.That(request.CancelSecret.ToArray(), Is.EqualTo(secret));
    }

    [TestCase(0), TestCase(4), TestCase(7), TestCase(261), TestCase(288)]
    [Property("Row", "X02")]
    public void A_cancel_request_of_wrong_length_gets_no_answer(int contentLength)
    {
        var packet = StartupPackets.Raw(StartupCodes.CancelRequest, new byte[contentLength]);
        Assert.That(() => Read(packet), Throws.TypeOf<StartupPacketException>().With.Property("IsSilent").True);
    }

    [TestCaseSource(nameof(OtherProtocols)), Property("Row", "H13")]
    public void Another_protocol_is_told_from_its_first_bytes(byte[] input) =>
        Assert.That(
            () => StartupPacketReader.TryRead(input, out _, out _),
            Throws.TypeOf<StartupPacketException>().With.Message.StartsWith("bad packet header: '"));

    [Test, Property("Row", "H08")]
    public void Names_in_any_encoding_come_through()
    {
        var packet = StartupPackets.Raw(StartupPackets.Version3, [.. "user\0"u8, 0xE9, (byte)'"', (byte)'\n', 0, 0]);
        var user = Read(packet).GetParameter("user")!;
        Assert.That(WireText.Encode(user), Is.EqualTo(new byte[] { 0xE9, (byte)'"', (byte)'\n' }));
    }

    [Test]
    public void A_written_packet_is_read_back() =>
        Prop.ForAll<Dictionary<string, string>>(values =>
        {
            var parameters = (values ?? [])
                .Select(pair => (Name: GeneratedText.Usable(pair.Key), Value: GeneratedText.Usable(pair.Value)))
                .Where(parameter => parameter.Name.Length > 0 && !parameter.Name.StartsWith("_pq_.", StringComparison.Ordinal))
                .Prepend(("user", "alice"))
                .ToArray();
            var request = Read(StartupPackets.Startup(parameters));
            return request.Parameters.Select(pair => (pair.Key, pair.Value)).SequenceEqual(parameters);
        }).CheckHolds();

    [Test, Property("Row", "B08")]
    public void A_mutated_packet_is_read_or_refused_and_nothing_else()
    {
        byte[][] seeds =
        [
            Good,
            StartupPackets.Write(FrontendMessages.WriteSslRequest),
            StartupPackets.Write(output => FrontendMessages.WriteCancelRequest(output, 1, new byte[32])),
            StartupPackets.Startup(3 << 16 | 2, ("user", "é"), ("_pq_.x", "1"), ("options", "-c a=b")),
            .. OtherProtocols,
            .. WrongLayouts.Select(content => StartupPackets.Raw(StartupPackets.Version3, content)),
        ];
        var mutator = new Mutator(seed: 2);
        for (var round = 0; round < 50_000; round++)
        {
            var packet = mutator.Mutate(seeds[round % seeds.Length]);
            try
            {
                var isRead = StartupPacketReader.TryRead(packet, out var request, out var consumed);
                Assert.That(isRead ? consumed : 1, Is.InRange(1, StartupPacketReader.MaximumLength));
                Assert.That(isRead, Is.EqualTo(request is not null));
            }
            catch (StartupPacketException e)
            {
                Assert.That(e.ToErrorFields().IsFatal);
            }
        }
    }

    private static StartupRequest Read(byte[] packet)
    {
        Assert.That(StartupPacketReader.TryRead(packet, out var request, out var consumed), "the packet is complete");
        Assert.That(consumed, Is.EqualTo(packet.Length));
        return request;
    }

    private static void AssertRefused(byte[] packet, string sqlState, string message) => Assert.That(
        () => StartupPacketReader.TryRead(packet, out _, out _),
        Throws.TypeOf<StartupPacketException>().With.Message.EqualTo(message).And.Property("SqlState").EqualTo(sqlState));
}
