namespace Pgmux.Core.Authentication;

/// <summary>What a login needs next.</summary>
internal enum AuthenticationStep
{
    /// <summary>The peer's next message.</summary>
    Continue,

    /// <summary>Nothing: the peer is who it says.</summary>
    Succeeded,

    /// <summary>Nothing: the login has failed, and the reason is known.</summary>
    Failed,

    /// <summary>Keys that are slow to derive: run the derivation off the loop, then resume.</summary>
    NeedsDerivation,

    /// <summary>PAM's word: ask it off the loop, then judge by it.</summary>
    NeedsPam,

    /// <summary>What a directory says of the password: ask it off the loop, then resume with its answer.</summary>
    NeedsDirectory,

    /// <summary>What is said of the token: have it judged off the loop, then resume with the verdict.</summary>
    NeedsTokenCheck,
}
