using System.Text;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.FakePostgres;

/// <summary>
/// Backend messages made by hand, the broken ones included. Written apart from the codec under test on purpose: one misreading of
/// the protocol must not cancel out.
/// </summary>
internal static class Replies
{
    public static byte[] AuthenticationOk() => RawMessages.Message('R', RawMessages.Int32(0));

    public static byte[] AuthenticationCleartextPassword() => RawMessages.Message('R', RawMessages.Int32(3));

    public static byte[] BackendKeyData(int processId, byte[] secret) => RawMessages.Message('K', [.. RawMessages.Int32(processId), .. secret]);

    public static byte[] ParameterStatus(string name, string value) =>
        RawMessages.Message('S', [.. RawMessages.String(name), .. RawMessages.String(value)]);

    public static byte[] ReadyForQuery(char status = 'I') => RawMessages.Message('Z', (byte)status);

    public static byte[] CommandComplete(string tag) => RawMessages.Message('C', RawMessages.String(tag));

    public static byte[] RowDescription(string column = "column") => RowDescription([(column, 25)]);

    public static byte[] RowDescription(IReadOnlyList<(string Name, int Type)> columns) => RawMessages.Message(
        'T', [.. RawMessages.Int16(columns.Count), .. columns.SelectMany(column => Column(column.Name, column.Type))]);

    public static byte[] DataRow(string? value) => Row([value]);

    public static byte[] Row(IReadOnlyList<string?> values) => RawMessages.Message('D', [.. RawMessages.Int16(values.Count), .. values.SelectMany(Value32)]);

    /// <summary>The reply to a query for one value, without its ReadyForQuery.</summary>
    public static byte[] Value(string value) => [.. RowDescription(), .. DataRow(value), .. CommandComplete("SELECT 1")];

    public static byte[] EmptyQueryResponse() => RawMessages.Message('I');

    public static byte[] ParseComplete() => RawMessages.Message('1');

    public static byte[] BindComplete() => RawMessages.Message('2');

    public static byte[] CloseComplete() => RawMessages.Message('3');

    public static byte[] NoData() => RawMessages.Message('n');

    public static byte[] PortalSuspended() => RawMessages.Message('s');

    public static byte[] ParameterDescription(params IReadOnlyList<int> types) =>
        RawMessages.Message('t', [.. RawMessages.Int16(types.Count), .. types.SelectMany(RawMessages.Int32)]);

    public static byte[] FunctionCallResponse(string? value = null) => RawMessages.Message('V', Value32(value));

    public static byte[] CopyInResponse() => RawMessages.Message('G', 0, 0, 0);

    public static byte[] CopyOutResponse() => RawMessages.Message('H', 0, 0, 0);

    public static byte[] CopyBothResponse() => RawMessages.Message('W', 0, 0, 0);

    public static byte[] CopyData(string data) => RawMessages.Message('d', Encoding.UTF8.GetBytes(data));

    public static byte[] CopyDone() => RawMessages.Message('c');

    /// <param name="routine">The function that reported it; "" leaves the field out.</param>
    public static byte[] Error(string sqlState, string message, string routine = "") => Failure('E', "ERROR", sqlState, message, routine);

    public static byte[] Fatal(string sqlState, string message) => Failure('E', "FATAL", sqlState, message);

    public static byte[] Notice(string message) => Failure('N', "NOTICE", "00000", message);

    public static byte[] Notification(string channel, string payload = "") =>
        RawMessages.Message('A', [.. RawMessages.Int32(1), .. RawMessages.String(channel), .. RawMessages.String(payload)]);

    private static byte[] Column(string name, int type) =>
    [
        .. RawMessages.String(name), .. RawMessages.Int32(0), .. RawMessages.Int16(0), .. RawMessages.Int32(type), .. RawMessages.Int16(-1),
        .. RawMessages.Int32(-1), .. RawMessages.Int16(0),
    ];

    // A value with its length ahead, as rows and results of functions have it.
    private static byte[] Value32(string? value) => value is null
        ? RawMessages.Int32(-1)
        : [.. RawMessages.Int32(Encoding.UTF8.GetByteCount(value)), .. Encoding.UTF8.GetBytes(value)];

    private static byte[] Failure(char type, string severity, string sqlState, string message, string routine = "") => RawMessages.Message(
        type,
        [
            .. RawMessages.String($"S{severity}"), .. RawMessages.String($"V{severity}"), .. RawMessages.String($"C{sqlState}"),
            .. RawMessages.String($"M{message}"), .. routine.Length > 0 ? RawMessages.String($"R{routine}") : [], 0,
        ]);
}
