namespace Pgmux.Core.Authentication.OAuth;

/// <summary>What is said of a token.</summary>
/// <param name="IsRight">Whether the user is let in.</param>
/// <param name="Reason">Why not, for the log; shows nothing of the token that its issuer has not signed.</param>
internal sealed record TokenVerdict(bool IsRight, string Reason)
{
    /// <summary>It is right.</summary>
    public static readonly TokenVerdict Right = new(true, "");

    /// <summary>The user is not let in.</summary>
    public static TokenVerdict No(string reason) => new(false, reason);
}
