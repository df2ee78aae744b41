namespace Pgmux.Core.Servers;

/// <summary>What happens to a reply of a server.</summary>
internal enum ReplyAction : byte
{
    /// <summary>It goes to the client that holds the server.</summary>
    Forward,

    /// <summary>pgmux asked, so nobody else hears of it.</summary>
    Swallow,

    /// <summary>Nobody asked for it: the server has broken the protocol, or pgmux's count is wrong. Either way it is closed.</summary>
    Violation,
}
