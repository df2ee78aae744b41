namespace Pgmux.Core.Statements;

/// <summary>What a request does to prepared statements when the server carries it out.</summary>
internal enum StatementEffect : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It needs the statement on the server: an error may say that this one is lost or stale.</summary>
    Use,

    /// <summary>The server gets the statement under its server-side name; the client's name, if there is one, stands for it.</summary>
    Make,

    /// <summary>The statement becomes the server's unnamed one; the client's, if there is one, stands for it.</summary>
    MakeUnnamed,

    /// <summary>The client's name stands for the statement, which the server has already.</summary>
    Name,

    /// <summary>
    /// The same, after the server has parsed the text once more as its unnamed statement, to say whether it would; what is unnamed there is
    /// not known afterwards.
    /// </summary>
    NameAfterParse,

    /// <summary>The client's name stands for nothing any more. The server keeps the statement.</summary>
    Forget,

    /// <summary>The server drops the statement; the client's name, if there is one, stands for nothing any more.</summary>
    Drop,

    /// <summary>The unnamed statement ends, the server's and the client's; also when the request fails.</summary>
    DropUnnamed,

    /// <summary>SQL commands on statements; see <see cref="StatementCommands"/>.</summary>
    Commands,
}
