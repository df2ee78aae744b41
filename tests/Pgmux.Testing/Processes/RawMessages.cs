using System.Buffers.Binary;
using System.Text;

namespace Pgmux.Testing.Processes;

/// <summary>
/// Frontend messages made by hand, the broken ones included. Written apart from the codec under test on purpose: one misreading of
/// the protocol must not cancel out.
/// </summary>
internal static class RawMessages
{
    public const int Protocol30 = 3 << 16;
    public const int CancelCode = (1234 << 16) | 5678;
    public const int SslCode = (1234 << 16) | 5679;
    public const int GssEncryptionCode = (1234 << 16) | 5680;

    /// <summary>A packet of the start-up phase: length, code, body.</summary>
    public static byte[] StartupPacket(int code, byte[] body) => [.. Int32(body.Length + 8), .. Int32(code), .. body];

    public static byte[] Startup(params (string Key, string Value)[] parameters) => Startup(Protocol30, parameters);

    public static byte[] Startup(int protocol, params (string Key, string Value)[] parameters) =>
        StartupPacket(protocol, [.. parameters.SelectMany(pair => String(pair.Key).Concat(String(pair.Value))), 0]);

    public static byte[] SslRequest() => StartupPacket(SslCode, []);

    public static byte[] GssEncryptionRequest() => StartupPacket(GssEncryptionCode, []);

    public static byte[] CancelRequest(int processId, byte[] key) => StartupPacket(CancelCode, [.. Int32(processId), .. key]);

    public static byte[] Message(char type, params byte[] body) => MessageOfLength(type, body.Length + 4, body);

    /// <summary>A message whose length field says what the test wants.</summary>
    public static byte[] MessageOfLength(char type, int length, params byte[] body) => [(byte)type, .. Int32(length), .. body];

    public static byte[] Password(string password) => Message('p', String(password));

    public static byte[] Query(string sql) => Message('Q', String(sql));

    public static byte[] Parse(string sql, string name = "", params int[] types) =>
        Message('P', [.. String(name), .. String(sql), .. Int16(types.Length), .. types.SelectMany(Int32)]);

    public static byte[] Bind(string statement = "", params string?[] values) => BindPortal("", statement, values);

    public static byte[] BindPortal(string portal, string statement = "", params string?[] values) => Message(
        'B',
        [.. String(portal), .. String(statement), .. Int16(0), .. Int16(values.Length), .. values.SelectMany(Value), .. Int16(0)]);

    public static byte[] DescribePortal(string portal = "") => Message('D', [(byte)'P', .. String(portal)]);

    public static byte[] DescribeStatement(string name = "") => Message('D', [(byte)'S', .. String(name)]);

    public static byte[] Execute(int rows = 0) => ExecutePortal("", rows);

    public static byte[] ExecutePortal(string portal, int rows = 0) => Message('E', [.. String(portal), .. Int32(rows)]);

    public static byte[] ClosePortal(string portal = "") => Message('C', [(byte)'P', .. String(portal)]);

    public static byte[] CloseStatement(string name = "") => Message('C', [(byte)'S', .. String(name)]);

    public static byte[] Sync() => Message('S');

    public static byte[] Flush() => Message('H');

    public static byte[] Terminate() => Message('X');

    public static byte[] CopyData(string data) => Message('d', Encoding.UTF8.GetBytes(data));

    public static byte[] CopyDone() => Message('c');

    /// <summary>FunctionCall with text arguments and a text result.</summary>
    public static byte[] FunctionCall(int function, params string[] arguments) => Message(
        'F', [.. Int32(function), .. Int16(0), .. Int16(arguments.Length), .. arguments.SelectMany(Value), .. Int16(0)]);

    public static byte[] String(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    public static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Int16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteInt16BigEndian(bytes, checked((short)value));
        return bytes;
    }

    private static IEnumerable<byte> Value(string? text)
    {
        var bytes = Encoding.UTF8.GetBytes(text ?? "");
        return Int32(text is null ? -1 : bytes.Length).Concat(bytes);
    }
}
