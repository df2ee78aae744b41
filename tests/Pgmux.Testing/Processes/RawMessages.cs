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

    public static byte[] BindPortal(string portal, string statement = "", params string?[] values) =>
        Bind(portal, statement, [.. values.Select(value => value is null ? null : Encoding.UTF8.GetBytes(value))]);

    /// <summary>Bind to a named portal; null stands for NULL.</summary>
    public static byte[] Bind(
        string portal, string statement, IReadOnlyList<byte[]?> values, IReadOnlyList<int>? formats = null, IReadOnlyList<int>? resultFormats = null) =>
        Message('B', [.. String(portal), .. String(statement), .. Formats(formats), .. Int16(values.Count), .. values.SelectMany(Value), .. Formats(resultFormats)]);

    public static byte[] DescribePortal(string portal = "") => Describe('P', portal);

    public static byte[] DescribeStatement(string name = "") => Describe('S', name);

    /// <summary>Describe of a statement ('S') or a portal ('P').</summary>
    public static byte[] Describe(char kind, string name) => Message('D', [(byte)kind, .. String(name)]);

    /// <summary>Close of a statement ('S') or a portal ('P').</summary>
    public static byte[] Close(char kind, string name) => Message('C', [(byte)kind, .. String(name)]);

    public static byte[] ClosePortal(string portal = "") => Close('P', portal);

    public static byte[] CloseStatement(string name = "") => Close('S', name);

    public static byte[] Execute(int rows = 0) => Execute("", rows);

    public static byte[] Execute(string portal, int rows = 0) => Message('E', [.. String(portal), .. Int32(rows)]);

    public static byte[] Sync() => Message('S');

    public static byte[] Flush() => Message('H');

    public static byte[] Terminate() => Message('X');

    public static byte[] CopyData(string data) => Message('d', Encoding.UTF8.GetBytes(data));

    public static byte[] CopyDone() => Message('c');

    public static byte[] CopyFail(string reason) => Message('f', String(reason));

    /// <summary>FunctionCall with text arguments and a text result.</summary>
    public static byte[] FunctionCall(int function, params string[] arguments) => Message(
        'F', [.. Int32(function), .. Int16(0), .. Int16(arguments.Length), .. arguments.Select(Encoding.UTF8.GetBytes).SelectMany(Value), .. Int16(0)]);

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

    private static IEnumerable<byte> Value(byte[]? value) => value is null ? Int32(-1) : Int32(value.Length).Concat(value);

    private static IEnumerable<byte> Formats(IReadOnlyList<int>? formats) => Int16(formats?.Count ?? 0).Concat((formats ?? []).SelectMany(Int16));
}
