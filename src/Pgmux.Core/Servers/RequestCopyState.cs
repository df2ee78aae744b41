namespace Pgmux.Core.Servers;

/// <summary>How far a <see cref="RequestCopy"/> has come.</summary>
internal enum RequestCopyState : byte
{
    /// <summary>Nothing is kept: no cycle that could be run again, or one that is too long.</summary>
    None,

    /// <summary>The cycle has begun and its end has not been sent.</summary>
    Open,

    /// <summary>The whole cycle has been sent, and nothing behind it.</summary>
    Whole,

    /// <summary>The server has refused it before it did anything, and its end has not been sent; the client has not heard of it.</summary>
    Refused,

    /// <summary>The same, and the whole cycle has been sent; it is sent again when the server is ready.</summary>
    ToRunAgain,

    /// <summary>It has been sent again: it is not sent a third time.</summary>
    RunAgain,
}
