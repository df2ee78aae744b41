namespace Pgmux.Core.Handover;

/// <summary>What a message between the two processes of an online restart is.</summary>
internal enum HandoverMessageKind : byte
{
    /// <summary>Old to new: who I am, and the sockets that I listen on, with their descriptors.</summary>
    Offer = 1,

    /// <summary>New to old: I listen and serve; give me your clients.</summary>
    Ready,

    /// <summary>Old to new: I accept nobody any more, and clients follow.</summary>
    Begun,

    /// <summary>Old to new: what the servers of a pool are logged in to with. Ahead of the first client of that pool.</summary>
    Secrets,

    /// <summary>Old to new: a client, with its descriptor.</summary>
    Client,

    /// <summary>Either way: a cancel request that may be for a client of yours.</summary>
    Cancel,

    /// <summary>Either way: what became of it.</summary>
    CancelAnswer,
}
