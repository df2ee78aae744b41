namespace Pgmux.Protocol;

/// <summary>First byte of a message that a server sends.</summary>
public enum BackendMessageType : byte
{
    /// <summary>All authentication requests and AuthenticationOk.</summary>
    Authentication = (byte)'R',

    /// <summary>Process id and secret key for cancel requests.</summary>
    BackendKeyData = (byte)'K',

    /// <summary>Answer to Bind.</summary>
    BindComplete = (byte)'2',

    /// <summary>Answer to Close.</summary>
    CloseComplete = (byte)'3',

    /// <summary>A statement has ended well.</summary>
    CommandComplete = (byte)'C',

    /// <summary>A piece of COPY data.</summary>
    CopyData = (byte)'d',

    /// <summary>End of COPY data.</summary>
    CopyDone = (byte)'c',

    /// <summary>COPY FROM STDIN starts: the client sends data.</summary>
    CopyInResponse = (byte)'G',

    /// <summary>COPY TO STDOUT starts: the server sends data.</summary>
    CopyOutResponse = (byte)'H',

    /// <summary>Streaming replication starts: both send data.</summary>
    CopyBothResponse = (byte)'W',

    /// <summary>One row of a result.</summary>
    DataRow = (byte)'D',

    /// <summary>The query string was empty.</summary>
    EmptyQueryResponse = (byte)'I',

    /// <summary>An error, with its fields.</summary>
    ErrorResponse = (byte)'E',

    /// <summary>Result of a FunctionCall.</summary>
    FunctionCallResponse = (byte)'V',

    /// <summary>The server speaks an older minor version, or does not know some protocol options.</summary>
    NegotiateProtocolVersion = (byte)'v',

    /// <summary>The described statement returns no rows.</summary>
    NoData = (byte)'n',

    /// <summary>A notice; may come at any time.</summary>
    NoticeResponse = (byte)'N',

    /// <summary>A NOTIFY from another session; may come at any time.</summary>
    NotificationResponse = (byte)'A',

    /// <summary>Parameter types of a described statement.</summary>
    ParameterDescription = (byte)'t',

    /// <summary>A run-time parameter has this value; may come at any time.</summary>
    ParameterStatus = (byte)'S',

    /// <summary>Answer to Parse.</summary>
    ParseComplete = (byte)'1',

    /// <summary>Execute stopped at its row limit.</summary>
    PortalSuspended = (byte)'s',

    /// <summary>The server waits for the next query cycle.</summary>
    ReadyForQuery = (byte)'Z',

    /// <summary>Columns of a result.</summary>
    RowDescription = (byte)'T',
}
