using Pgmux.Testing.Fuzzing;
using Pgmux.Testing.Processes;

namespace Pgmux.Protocol.Tests.Fuzz;

/// <summary>The first packets of a connection: refused or read, never more, and the same however they are cut.</summary>
internal sealed class StartupPacketTarget : FuzzTarget
{
    private const int MostPackets = 16;

    public override string Name => "StartupPacket";

    public override int MostBytes => 12 * 1024;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. FuzzCorpus.Files("Startup"),
        RawMessages.SslRequest(),
        RawMessages.GssEncryptionRequest(),
        [.. RawMessages.SslRequest(), .. RawMessages.Startup(("user", "alice"))],
        RawMessages.CancelRequest(1234, RawMessages.Int32(77)),
        RawMessages.CancelRequest(1234, new byte[256]),
        RawMessages.Startup((3 << 16) | 2, ("user", "alice"), ("_pq_.test", "x")),
        RawMessages.Startup(2 << 16, ("user", "alice")),
        RawMessages.Startup((3 << 16) | 9999, ("user", "alice"), ("database", new string('d', 128))),
        RawMessages.Startup(("user", "al\"i'ce\n"), ("database", new string('d', 9_900))),
        RawMessages.Startup(("user", "alice"), ("options", @"-c search_path=a,\ b --geqo=off -cx=1"), ("replication", "maybe")),
        RawMessages.StartupPacket(RawMessages.Protocol30, [.. "user\0alice\0"u8]),
        RawMessages.StartupPacket(RawMessages.Protocol30, [.. "user\0alice\0\0\0"u8]),
        RawMessages.StartupPacket(RawMessages.Protocol30, [.. "user\0"u8]),
        RawMessages.StartupPacket(RawMessages.Protocol30, []),
        [.. "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8],
        [.. "SSH-2.0-OpenSSH_9.2\r\n"u8],
        [.. "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n"u8],
        [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03],
        [0, 0, 0x27, 0x10],
        [0, 0, 0x27, 0x11],
        [0x7F, 0xFF, 0xFF, 0xFF, 0, 3, 0, 0],
        [0, 0, 0, 7, 0, 3, 0, 0],
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        .. new[] { "user", "database", "options", "replication", "application_name", "_pq_.", "client_encoding" }.Select(RawMessages.String),
        RawMessages.Int32(RawMessages.Protocol30), RawMessages.Int32(RawMessages.CancelCode), RawMessages.Int32(RawMessages.SslCode),
        RawMessages.Int32(RawMessages.GssEncryptionCode), RawMessages.Int32(StartupPacketReader.MaximumLength), [0, 0],
    ];

    public override string Run(byte[] input)
    {
        var outcomes = new List<string>();
        var rest = input;
        for (var packets = 0; packets < MostPackets; packets++)
        {
            var outcome = Read(rest, out var request, out var consumed);
            CheckCuts(rest, outcome);
            outcomes.Add(outcome);
            if (request is null)
            {
                FuzzFindingException.Require(consumed == 0, "bytes of a packet that is not there were taken");
                break;
            }

            FuzzFindingException.Require(consumed is >= 8 and <= StartupPacketReader.MaximumLength && consumed <= rest.Length, "more or less than a packet was taken");
            CheckRequest(request, rest[..consumed]);
            rest = rest[consumed..];
        }

        return string.Join(',', outcomes);
    }

    private static string Read(ReadOnlySpan<byte> input, out StartupRequest? request, out int consumed)
    {
        request = null;
        consumed = 0;
        try
        {
            return StartupPacketReader.TryRead(input, out request, out consumed) ? $"{request.Kind}" : "more";
        }
        catch (StartupPacketException refusal)
        {
            FuzzFindingException.Require(refusal.SqlState.Length == 5 && refusal.ToErrorFields().IsFatal, "a refusal is a FATAL with a code");
            return refusal.Message.Split('\'', ':')[0];
        }
    }

    // Whatever has arrived, the reader waits for more or says what it says about the whole.
    private static void CheckCuts(byte[] input, string whole)
    {
        var step = Math.Max(1, input.Length / 64);
        for (var cut = input.Length - 1; cut >= 0; cut -= cut > 24 ? step : 1)
        {
            var part = Read(input.AsSpan(0, cut), out _, out _);
            FuzzFindingException.Require(part == whole || part == "more", $"a part was answered with \"{part}\", the whole with \"{whole}\"");
        }
    }

    private static void CheckRequest(StartupRequest request, byte[] packet)
    {
        switch (request.Kind)
        {
            case StartupRequestKind.CancelRequest:
                FuzzFindingException.Require(request.CancelSecret.Length == packet.Length - 12, "the whole secret was taken");
                break;
            case StartupRequestKind.Startup:
                FuzzFindingException.Require(request.GetParameter("user") is { Length: > 0 }, "a startup packet names a user");
                CheckParameters(request, packet);
                _ = StartupOptions.Parse(request.GetParameter("options") ?? "");
                break;
        }
    }

    // Names and values come back byte for byte, in their order.
    private static void CheckParameters(StartupRequest request, byte[] packet)
    {
        var fields = new List<byte[]>();
        for (var rest = packet.AsSpan(8, packet.Length - 9); !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)0);
            fields.Add(rest[..end].ToArray());
            rest = rest[(end + 1)..];
        }

        var pairs = fields.Chunk(2).ToArray();
        var plain = pairs.Where(pair => !pair[0].AsSpan().StartsWith("_pq_."u8)).SelectMany(pair => pair);
        var found = request.Parameters.SelectMany(parameter => new[] { WireText.Encode(parameter.Key), WireText.Encode(parameter.Value) });
        FuzzFindingException.Require(plain.SequenceEqual(found, SameBytes.Instance), "parameters are those of the packet");
        FuzzFindingException.Require(request.ProtocolOptions.Count + request.Parameters.Count == pairs.Length, "every pair is a parameter or an option");
    }
}
