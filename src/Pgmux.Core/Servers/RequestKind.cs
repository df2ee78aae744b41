namespace Pgmux.Core.Servers;

/// <summary>A frontend message that PostgreSQL answers, or that changes how it answers others.</summary>
internal enum RequestKind : byte
{
    /// <summary>Simple query: any number of replies, then ReadyForQuery.</summary>
    Query,

    /// <summary>Fast-path call: FunctionCallResponse or an error, then ReadyForQuery.</summary>
    FunctionCall,

    /// <summary>ParseComplete.</summary>
    Parse,

    /// <summary>BindComplete.</summary>
    Bind,

    /// <summary>ParameterDescription for a statement, then RowDescription or NoData.</summary>
    Describe,

    /// <summary>Rows or COPY, then CommandComplete, EmptyQueryResponse or PortalSuspended.</summary>
    Execute,

    /// <summary>CloseComplete.</summary>
    Close,

    /// <summary>ReadyForQuery; ends the skipping after an error.</summary>
    Sync,

    /// <summary>A Flush that is longer than it may be: an error. One that is right has no answer and is not noted.</summary>
    BrokenFlush,

    /// <summary>CopyDone or CopyFail: no reply of its own, but what follows it is no longer eaten by COPY.</summary>
    CopyEnd,

    /// <summary>pgmux's own Close of a statement that nobody has: CloseComplete says that all earlier replies have come.</summary>
    Probe,
}
