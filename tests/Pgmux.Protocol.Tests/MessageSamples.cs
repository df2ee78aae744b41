namespace Pgmux.Protocol.Tests;

/// <summary>At least one sample of every message that pgmux writes.</summary>
public static class MessageSamples
{
    private static readonly ErrorFields Error = ErrorFields.Fatal(SqlState.TooManyConnections, "too many").WithDetail("détail").WithHint("hint");

    public static IReadOnlyList<MessageSample> Backend { get; } =
    [
        new("AuthenticationOk", BackendMessages.WriteAuthenticationOk, ReadAuthentication),
        new("AuthenticationCleartextPassword", BackendMessages.WriteAuthenticationCleartextPassword, ReadAuthentication),
        new("AuthenticationMD5Password", o => BackendMessages.WriteAuthenticationMd5Password(o, [1, 2, 3, 4]), ReadAuthentication),
        new("AuthenticationSASL", o => BackendMessages.WriteAuthenticationSasl(o, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"), ReadAuthentication),
        new("AuthenticationSASL empty", o => BackendMessages.WriteAuthenticationSasl(o), ReadAuthentication),
        new("AuthenticationSASLContinue", o => BackendMessages.WriteAuthenticationSaslContinue(o, "r=1,s=2"u8), ReadAuthentication, true),
        new("AuthenticationSASLFinal", o => BackendMessages.WriteAuthenticationSaslFinal(o, "v=1"u8), ReadAuthentication, true),
        new("AuthenticationGSS", o => BackendMessages.WriteAuthentication(o, AuthenticationRequestKind.Gss, []), ReadAuthentication, true),
        new("ParameterStatus", o => BackendMessages.WriteParameterStatus(o, "TimeZone", "Europe/Berlin"),
            (ref PayloadReader body) => _ = ParameterStatus.Read(ref body).Name),
        new("BackendKeyData", o => BackendMessages.WriteBackendKeyData(o, 4711, [1, 2, 3, 4]), ReadKey),
        new("BackendKeyData of 3.2", o => BackendMessages.WriteBackendKeyData(o, 4711, new byte[256]), ReadKey, true),
        new("NegotiateProtocolVersion", o => BackendMessages.WriteNegotiateProtocolVersion(o, 2, ["_pq_.a", "_pq_.bc"]),
            (ref PayloadReader body) => NegotiateProtocolVersion.Read(ref body)),
        new("ReadyForQuery", o => BackendMessages.WriteReadyForQuery(o, TransactionStatus.Failed),
            (ref PayloadReader body) => ReadyForQuery.Read(ref body)),
        new("ErrorResponse", o => BackendMessages.WriteErrorResponse(o, Error)),
        new("NoticeResponse", o => BackendMessages.WriteNoticeResponse(o, ErrorFields.Notice("note"))),
        new("NotificationResponse", o => BackendMessages.WriteNotificationResponse(o, 1, "channel", "payload")),
        new("CommandComplete", o => BackendMessages.WriteCommandComplete(o, "SELECT 5"),
            (ref PayloadReader body) => _ = CommandComplete.Read(ref body).Tag),
        new("EmptyQueryResponse", BackendMessages.WriteEmptyQueryResponse),
        new("ParseComplete", BackendMessages.WriteParseComplete),
        new("BindComplete", BackendMessages.WriteBindComplete),
        new("CloseComplete", BackendMessages.WriteCloseComplete),
        new("NoData", BackendMessages.WriteNoData),
        new("PortalSuspended", BackendMessages.WritePortalSuspended),
        new("RowDescription", o => BackendMessages.WriteRowDescription(o, [new("a", TypeOid.Text, -1), new("bé", TypeOid.Int4, 4)])),
        new("ParameterDescription", o => BackendMessages.WriteParameterDescription(o, [TypeOid.Int8, TypeOid.Text])),
        new("DataRow", o => BackendMessages.WriteDataRow(o, "one", null, "")),
        new("CopyInResponse", o => BackendMessages.WriteCopyInResponse(o, 2)),
        new("CopyOutResponse", o => BackendMessages.WriteCopyOutResponse(o, 0)),
        new("CopyData", o => BackendMessages.WriteCopyData(o, "1\t2\n"u8)),
        new("CopyDone", BackendMessages.WriteCopyDone),
    ];

    public static IReadOnlyList<MessageSample> Frontend { get; } =
    [
        new("Query", o => FrontendMessages.WriteQuery(o, "SELECT 'é'"), (ref PayloadReader body) => _ = Query.Read(ref body).Text),
        new("Query of bytes", o => FrontendMessages.WriteQuery(o, "SELECT 1"u8), (ref PayloadReader body) => _ = Query.Read(ref body).Text),
        new("Parse", o => FrontendMessages.WriteParse(o, "s1", "SELECT $1", [TypeOid.Int4, 0]),
            (ref PayloadReader body) => _ = Parse.Read(ref body).Name),
        new("Bind", o => FrontendMessages.WriteBind(o, "p", "s1", [1], [[1, 2], null, []], [0, 1]),
            (ref PayloadReader body) => _ = Bind.Read(ref body).Portal, true),
        new("Describe", o => FrontendMessages.WriteDescribe(o, StatementOrPortal.Statement, "s1"),
            (ref PayloadReader body) => _ = Describe.Read(ref body).Name),
        new("Close", o => FrontendMessages.WriteClose(o, StatementOrPortal.Portal, "p"),
            (ref PayloadReader body) => _ = Close.Read(ref body).Name),
        new("Execute", o => FrontendMessages.WriteExecute(o, "p", 100), (ref PayloadReader body) => _ = Execute.Read(ref body).Portal),
        new("Sync", FrontendMessages.WriteSync),
        new("Flush", FrontendMessages.WriteFlush),
        new("Terminate", FrontendMessages.WriteTerminate),
        new("CopyData", o => FrontendMessages.WriteCopyData(o, [1, 2, 3])),
        new("CopyDone", FrontendMessages.WriteCopyDone),
        new("CopyFail", o => FrontendMessages.WriteCopyFail(o, "no more")),
        new("FunctionCall", o => FrontendMessages.WriteFunctionCall(o, 1598, [0], [[49], null], 0)),
        new("PasswordMessage", o => FrontendMessages.WritePassword(o, "secret"),
            (ref PayloadReader body) => _ = PasswordMessage.Read(ref body).Password),
        new("PasswordMessage of bytes", o => FrontendMessages.WritePassword(o, [0xFF, 0xFE]),
            (ref PayloadReader body) => _ = PasswordMessage.Read(ref body).Password),
        new("SASLInitialResponse", o => FrontendMessages.WriteSaslInitialResponse(o, "SCRAM-SHA-256", "n,,n=,r=1"u8),
            (ref PayloadReader body) => _ = SaslInitialResponse.Read(ref body).Data),
        new("SASLResponse", o => FrontendMessages.WriteSaslResponse(o, "c=biws"u8),
            (ref PayloadReader body) => _ = SaslResponse.Read(ref body).Data, true),
    ];

    public static IEnumerable<MessageSample> All => Backend.Concat(Frontend);

    public static IEnumerable<MessageSample> Readable => All.Where(sample => sample.Read is not null);

    private static void ReadAuthentication(ref PayloadReader body) => _ = AuthenticationRequest.Read(ref body).Kind;

    private static void ReadKey(ref PayloadReader body) => _ = BackendKeyData.Read(ref body).ProcessId;
}
