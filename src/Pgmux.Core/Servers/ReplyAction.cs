namespace Pgmux.Core.Servers;

/// <summary>What happens to a reply of a server.</summary>
internal enum ReplyAction : byte
{
    /// <summary>It goes to the client that holds the server.</summary>
    Forward,

    /// <summary>pgmux asked, so nobody else hears of it.</summary>
    Swallow,

    /// <summary>
    /// pgmux asked ahead of a request of the client: success is nobody's business, an error goes to the client in place of the answer to
    /// its request, which the server then skips.
    /// </summary>
    Prelude,

    /// <summary>The server was not asked: pgmux answers when it is this request's turn.</summary>
    Synthesise,

    /// <summary>The server was asked for what must fail; the client gets pgmux's error instead of the server's.</summary>
    ReplaceError,

    /// <summary>Nobody asked for it: the server has broken the protocol, or pgmux's count is wrong. Either way it is closed.</summary>
    Violation,
}
