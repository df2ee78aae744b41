namespace Pgmux.Testing.FakePostgres;

/// <summary>
/// What a fake server may do wrong with a reply. All of it can be seen from outside, or harms only the client that it is lent to at that
/// moment: no server makes up a whole, well-formed answer in place of another.
/// </summary>
internal enum BackendFault
{
    /// <summary>FIN at any byte of a message. The client that has the server is told, the server is gone.</summary>
    Fin,

    /// <summary>RST at any byte of a message, with loss of what was sent before. As <see cref="Fin"/>.</summary>
    Rst,

    /// <summary>FATAL 57P01 in place of a message, then FIN. The client is told just that, the server is gone.</summary>
    AdminShutdown,

    /// <summary>
    /// Nothing more comes and nothing more is read until <see cref="FakeServer.EndStall"/>; then it goes on as if nothing had been. The
    /// server stays to be trusted. Who waits is served when it ends, or told by a time limit.
    /// </summary>
    Stall,

    /// <summary>
    /// A ParseComplete, BindComplete or CloseComplete that nobody has asked for ahead of a message that is none of that type. The server
    /// must be closed; the client that has it is told.
    /// </summary>
    StrayReply,

    /// <summary>Bytes that begin with no type of a message, and then silence. The server must be closed; the client is told.</summary>
    Garbage,

    /// <summary>
    /// A length of 0 to 3, -1 or 2^31-1, and then silence. The server must be closed; with the last one, which only says that much is to
    /// come, at the latest when a time limit ends the wait.
    /// </summary>
    BadLength,

    /// <summary>
    /// A message that is shorter than its fields need, or an error without code, text or end. The server must be closed where anybody
    /// reads the message; where it is only passed on, nobody but the client that has the server sees it.
    /// </summary>
    MissingFields,

    /// <summary>A second ReadyForQuery behind a real one. The server must not be lent again when it is seen.</summary>
    ExtraReady,

    /// <summary>ReadyForQuery with a status that does not exist. The server must be closed; the client is told.</summary>
    UnknownStatus,

    /// <summary>BackendKeyData is left out at the login. The server is good, but cannot be cancelled.</summary>
    MissingKey,

    /// <summary>The login is refused with 28P01, as with a wrong password. Whoever waits for a server of this pool is told.</summary>
    WrongPassword,

    /// <summary>The login is refused with 53300. Tried again later.</summary>
    TooManyConnections,

    /// <summary>The login is refused with 57P03. Tried again later.</summary>
    StartingUp,

    /// <summary>The login asks for an authentication that nobody knows. It fails, the server is closed.</summary>
    UnknownLogin,
}
