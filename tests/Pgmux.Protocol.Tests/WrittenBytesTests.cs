using System.Buffers;
using System.Text;

namespace Pgmux.Protocol.Tests;

/// <summary>Messages byte by byte, written down by hand from the manual's "Message Formats".</summary>
public sealed class WrittenBytesTests
{
    private static readonly TestCaseData[] Cases =
    [
        Case("AuthenticationOk", "R 00000008 00000000", BackendMessages.WriteAuthenticationOk),
        Case("AuthenticationCleartextPassword", "R 00000008 00000003", BackendMessages.WriteAuthenticationCleartextPassword),
        Case("AuthenticationMd5Password", "R 0000000C 00000005 01020304", o => BackendMessages.WriteAuthenticationMd5Password(o, [1, 2, 3, 4])),
        Case("AuthenticationSasl", "R 00000017 0000000A 'SCRAM-SHA-256' 00 00", o => BackendMessages.WriteAuthenticationSasl(o, "SCRAM-SHA-256")),
        Case("AuthenticationSaslContinue", "R 0000000A 0000000B 'ab'", o => BackendMessages.WriteAuthenticationSaslContinue(o, "ab"u8)),
        Case("AuthenticationSaslFinal", "R 0000000A 0000000C 'ab'", o => BackendMessages.WriteAuthenticationSaslFinal(o, "ab"u8)),
        Case("ParameterStatus", "S 00000008 'a' 00 'b' 00", o => BackendMessages.WriteParameterStatus(o, "a", "b")),
        Case("BackendKeyData", "K 0000000C 00001267 01020304", o => BackendMessages.WriteBackendKeyData(o, 4711, [1, 2, 3, 4])),
        Case("NegotiateProtocolVersion", "v 00000013 00030002 00000001 '_pq_.x' 00", o => BackendMessages.WriteNegotiateProtocolVersion(o, 2, ["_pq_.x"])),
        Case("ReadyForQuery", "Z 00000005 'I'", o => BackendMessages.WriteReadyForQuery(o, TransactionStatus.Idle)),
        Case("ErrorResponse", "E 0000001D 'SFATAL' 00 'VFATAL' 00 'C08P01' 00 'Mx' 00 00", o => BackendMessages.WriteErrorResponse(o, ErrorFields.Fatal("08P01", "x"))),
        Case("NoticeResponse", "N 0000001F 'SNOTICE' 00 'VNOTICE' 00 'C00000' 00 'Mx' 00 00", o => BackendMessages.WriteNoticeResponse(o, ErrorFields.Notice("x"))),
        Case("CommandComplete", "C 00000009 'SHOW' 00", o => BackendMessages.WriteCommandComplete(o, "SHOW")),
        Case("EmptyQueryResponse", "I 00000004", BackendMessages.WriteEmptyQueryResponse),
        Case("ParseComplete", "1 00000004", BackendMessages.WriteParseComplete),
        Case("BindComplete", "2 00000004", BackendMessages.WriteBindComplete),
        Case("CloseComplete", "3 00000004", BackendMessages.WriteCloseComplete),
        Case("NoData", "n 00000004", BackendMessages.WriteNoData),
        Case("PortalSuspended", "s 00000004", BackendMessages.WritePortalSuspended),
        Case("RowDescription", "T 0000001A 0001 'a' 00 00000000 0000 00000019 FFFF FFFFFFFF 0000", o => BackendMessages.WriteRowDescription(o, [new("a", TypeOid.Text, -1)])),
        Case("ParameterDescription", "t 0000000A 0001 00000017", o => BackendMessages.WriteParameterDescription(o, [TypeOid.Int4])),
        Case("DataRow", "D 00000010 0002 00000002 C3A9 FFFFFFFF", o => BackendMessages.WriteDataRow(o, "é", null)),
        Case("Startup", "00000011 00030000 'user' 00 'al' 00 00", o => FrontendMessages.WriteStartup(o, ProtocolVersion.V3.Code, [KeyValuePair.Create("user", "al")])),
        Case("SslRequest", "00000008 04D2162F", FrontendMessages.WriteSslRequest),
        Case("GssEncRequest", "00000008 04D21630", FrontendMessages.WriteGssEncRequest),
        Case("CancelRequest", "00000010 04D2162E 00001267 01020304", o => FrontendMessages.WriteCancelRequest(o, 4711, [1, 2, 3, 4])),
        Case("Password", "p 00000008 'abc' 00", o => FrontendMessages.WritePassword(o, "abc")),
        Case("SaslInitialResponse", "p 0000000C 'X' 00 00000002 'ab'", o => FrontendMessages.WriteSaslInitialResponse(o, "X", "ab"u8)),
        Case("SaslResponse", "p 00000006 'ab'", o => FrontendMessages.WriteSaslResponse(o, "ab"u8)),
        Case("Query", "Q 00000006 '-' 00", o => FrontendMessages.WriteQuery(o, "-")),
        Case("Parse", "P 0000000E 's' 00 'q' 00 0001 00000017", o => FrontendMessages.WriteParse(o, "s", "q", [23])),
        Case("Bind", "B 00000019 'p' 00 's' 00 0001 0001 0002 00000001 07 FFFFFFFF 0000", o => FrontendMessages.WriteBind(o, "p", "s", [1], [[7], null], [])),
        Case("Describe", "D 00000007 'S' 's' 00", o => FrontendMessages.WriteDescribe(o, StatementOrPortal.Statement, "s")),
        Case("Close", "C 00000007 'P' 'p' 00", o => FrontendMessages.WriteClose(o, StatementOrPortal.Portal, "p")),
        Case("Execute", "E 0000000A 'p' 00 00000005", o => FrontendMessages.WriteExecute(o, "p", 5)),
        Case("Sync", "S 00000004", FrontendMessages.WriteSync),
        Case("Flush", "H 00000004", FrontendMessages.WriteFlush),
        Case("Terminate", "X 00000004", FrontendMessages.WriteTerminate),
        Case("CopyData", "d 00000006 'ab'", o => FrontendMessages.WriteCopyData(o, "ab"u8)),
        Case("CopyDone", "c 00000004", FrontendMessages.WriteCopyDone),
        Case("CopyFail", "f 00000007 'no' 00", o => FrontendMessages.WriteCopyFail(o, "no")),
        Case("FunctionCall", "F 00000013 00000009 0000 0001 00000001 31 0001", o => FrontendMessages.WriteFunctionCall(o, 9, [], [[0x31]], 1)),
        Case("SslRefused", "'N'", BackendMessages.WriteSslRefused),
    ];

    [TestCaseSource(nameof(Cases))]
    public void Bytes_are_those_of_the_manual(string expected, Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        Assert.That(Convert.ToHexString(output.WrittenSpan), Is.EqualTo(Convert.ToHexString(Bytes(expected))));
    }

    private static TestCaseData Case(string name, string expected, Action<IBufferWriter<byte>> write) =>
        new TestCaseData(expected, write).SetName($"{name}_is_written_as_the_manual_says");

    /// <summary>Words: a message type of one character, text in quotes, or hexadecimal digits.</summary>
    private static byte[] Bytes(string words) => [.. words.Split(' ').SelectMany((word, index) => word switch
    {
        { Length: 1 } when index == 0 => Encoding.ASCII.GetBytes(word),
        _ when word.StartsWith('\'') => Encoding.UTF8.GetBytes(word.Trim('\'')),
        _ => Convert.FromHexString(word),
    })];
}
