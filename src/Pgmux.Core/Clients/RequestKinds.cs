using Pgmux.Core.Servers;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>PostgreSQL's rules for the messages that a client may send after its login.</summary>
internal static class RequestKinds
{
    // PostgreSQL's PQ_SMALL_MESSAGE_LIMIT and PQ_LARGE_MESSAGE_LIMIT (MaxAllocSize - 1).
    private const int SmallMessageLimit = 10_000;
    private const int LargeMessageLimit = 0x3FFFFFFE;

    /// <summary>Longest message of this type; 0 when there is no such type.</summary>
    public static int LimitOf(FrontendMessageType type) => type switch
    {
        FrontendMessageType.Query
            or FrontendMessageType.Parse
            or FrontendMessageType.Bind
            or FrontendMessageType.FunctionCall
            or FrontendMessageType.CopyData => LargeMessageLimit,
        FrontendMessageType.Execute
            or FrontendMessageType.Describe
            or FrontendMessageType.Close
            or FrontendMessageType.Sync
            or FrontendMessageType.Flush
            or FrontendMessageType.CopyDone
            or FrontendMessageType.CopyFail
            or FrontendMessageType.Terminate => SmallMessageLimit,
        _ => 0,
    };

    /// <summary>What the server owes for it; null when nothing.</summary>
    public static RequestKind? Of(FrontendMessageType type) => type switch
    {
        FrontendMessageType.Query => RequestKind.Query,
        FrontendMessageType.Parse => RequestKind.Parse,
        FrontendMessageType.Bind => RequestKind.Bind,
        FrontendMessageType.Describe => RequestKind.Describe,
        FrontendMessageType.Execute => RequestKind.Execute,
        FrontendMessageType.Close => RequestKind.Close,
        FrontendMessageType.Sync => RequestKind.Sync,
        FrontendMessageType.FunctionCall => RequestKind.FunctionCall,
        FrontendMessageType.CopyDone or FrontendMessageType.CopyFail => RequestKind.CopyEnd,
        _ => null,
    };

    /// <summary>Whether it is a Flush as it should be: without a body.</summary>
    public static bool IsFlush(FrontendMessageType type, int bodyLength) => type == FrontendMessageType.Flush && bodyLength == 0;

    /// <summary>Whether a message of this type may name a prepared statement, or portal, that pgmux keeps track of.</summary>
    public static bool MayNameStatement(FrontendMessageType type) =>
        type is FrontendMessageType.Bind or FrontendMessageType.Query or FrontendMessageType.Parse or FrontendMessageType.Describe
            or FrontendMessageType.Close or FrontendMessageType.Execute;

    /// <summary>COPY data and its end, which PostgreSQL ignores when no COPY runs.</summary>
    public static bool IsCopy(FrontendMessageType type) =>
        type is FrontendMessageType.CopyData or FrontendMessageType.CopyDone or FrontendMessageType.CopyFail;
}
