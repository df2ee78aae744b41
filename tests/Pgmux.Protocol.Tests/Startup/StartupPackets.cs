using System.Buffers;
using System.Buffers.Binary;

namespace Pgmux.Protocol.Tests;

/// <summary>Packets for tests, good and bad.</summary>
internal static class StartupPackets
{
    public const int Version3 = 3 << 16;

    public static byte[] Startup(params (string Name, string Value)[] parameters) => Startup(Version3, parameters);

    public static byte[] Startup(int version, params (string Name, string Value)[] parameters) =>
        Write(output => FrontendMessages.WriteStartup(
            output, version, parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value))));

    public static byte[] Write(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A packet with a right length around any content behind the version.</summary>
    public static byte[] Raw(int version, ReadOnlySpan<byte> content)
    {
        byte[] packet = [.. new byte[8], .. content];
        BinaryPrimitives.WriteInt32BigEndian(packet, packet.Length);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(4), version);
        return packet;
    }
}
