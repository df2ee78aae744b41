using System.Buffers.Binary;

namespace Pgmux.Protocol;

/// <summary>Reads the packets without a type that open a connection. Nothing is allocated before a packet is there as a whole.</summary>
public static class StartupPacketReader
{
    /// <summary>Longest packet, length field included. PostgreSQL's MAX_STARTUP_PACKET_LENGTH.</summary>
    public const int MaximumLength = 10_000;

    private const int HeaderBytes = sizeof(int) + sizeof(int);
    private const string UserParameter = "user";

    /// <summary>
    /// Reads one packet from the start of <paramref name="input"/>. False when it has not arrived as a whole; then nothing was taken.
    /// What is wrong with the first bytes is told at once: whoever speaks another protocol is not waited for.
    /// </summary>
    /// <exception cref="StartupPacketException">The packet is refused.</exception>
    public static bool TryRead(ReadOnlySpan<byte> input, out StartupRequest request, out int consumed)
    {
        request = null!;
        consumed = 0;
        if (input.Length < sizeof(int))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(input);
        if (length is < HeaderBytes or > MaximumLength)
        {
            throw StartupPacketException.InvalidHeader(input[..Math.Min(input.Length, HeaderBytes)]);
        }

        if (input.Length < HeaderBytes)
        {
            return false;
        }

        var code = BinaryPrimitives.ReadInt32BigEndian(input[sizeof(int)..]);
        var kind = KindOf(code, length, input[..HeaderBytes]);
        if (input.Length < length)
        {
            return false;
        }

        var body = input[HeaderBytes..length];
        request = kind switch
        {
            StartupRequestKind.Startup => ReadStartup(ProtocolVersion.FromCode(code), body),
            StartupRequestKind.CancelRequest => ReadCancelRequest(body),
            _ => new StartupRequest(kind),
        };
        consumed = length;
        return true;
    }

    private static StartupRequestKind KindOf(int code, int length, ReadOnlySpan<byte> header)
    {
        switch (code)
        {
            case StartupCodes.CancelRequest:
                return StartupRequestKind.CancelRequest;
            case StartupCodes.SslRequest or StartupCodes.GssEncRequest:
                return length != HeaderBytes
                    ? throw StartupPacketException.InvalidHeader(header)
                    : code == StartupCodes.SslRequest ? StartupRequestKind.SslRequest : StartupRequestKind.GssEncRequest;
            default:
                var version = ProtocolVersion.FromCode(code);
                return version.Major == ProtocolVersion.SupportedMajor
                    ? StartupRequestKind.Startup
                    : throw StartupPacketException.UnsupportedProtocol(version);
        }
    }

    private static StartupRequest ReadCancelRequest(ReadOnlySpan<byte> body)
    {
        var secretLength = body.Length - sizeof(int);
        if (secretLength is < BackendKeyData.MinimumSecretBytes or > BackendKeyData.MaximumSecretBytes)
        {
            throw StartupPacketException.InvalidCancelRequest();
        }

        return new StartupRequest(StartupRequestKind.CancelRequest)
        {
            ProcessId = BinaryPrimitives.ReadInt32BigEndian(body),
            CancelSecret = body[sizeof(int)..].ToArray(),
        };
    }

    private static StartupRequest ReadStartup(ProtocolVersion version, ReadOnlySpan<byte> body)
    {
        var parameters = new List<KeyValuePair<string, string>>();
        var options = new List<string>();
        var hasUser = false;
        while (TryReadPair(ref body, out var name, out var value))
        {
            if (name.StartsWith("_pq_."u8))
            {
                options.Add(WireText.Decode(name));
                continue;
            }

            var parameter = KeyValuePair.Create(WireText.Decode(name), WireText.Decode(value));
            hasUser = parameter.Key == UserParameter ? parameter.Value.Length > 0 : hasUser;
            parameters.Add(parameter);
        }

        if (!hasUser)
        {
            throw StartupPacketException.NoUserName();
        }

        return new StartupRequest(StartupRequestKind.Startup)
        {
            ProtocolVersion = version,
            Parameters = parameters,
            ProtocolOptions = options,
        };
    }

    /// <summary>Takes a name and a value; false at the terminator, which must be the last byte.</summary>
    private static bool TryReadPair(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryReadCString(ref rest, out name))
        {
            throw StartupPacketException.InvalidLayout();
        }

        if (name.IsEmpty)
        {
            return rest.IsEmpty ? false : throw StartupPacketException.InvalidLayout();
        }

        return TryReadCString(ref rest, out value) ? true : throw StartupPacketException.InvalidLayout();
    }

    private static bool TryReadCString(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        var length = rest.IndexOf((byte)0);
        if (length < 0)
        {
            text = default;
            return false;
        }

        text = rest[..length];
        rest = rest[(length + 1)..];
        return true;
    }
}
