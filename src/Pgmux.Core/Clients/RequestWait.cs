namespace Pgmux.Core.Clients;

/// <summary>What a client's next message waits for.</summary>
internal enum RequestWait : byte
{
    /// <summary>Nothing, or the server that the client has asked for.</summary>
    None,

    /// <summary>Replies that make room in the server's queue.</summary>
    Room,

    /// <summary>The release of the server, to queue for one like everybody else.</summary>
    Release,

    /// <summary>The server's consent to the client's parameters.</summary>
    Parameters,

    /// <summary>The end of the query cycles before this one: what they do to prepared statements decides about it.</summary>
    EarlierCycles,

    /// <summary>All replies: PREPARE, EXECUTE and their kin stand alone.</summary>
    AllReplies,
}
