using Pgmux.Protocol;

namespace Pgmux.Core.Authentication.OAuth;

/// <summary>What is said of a token.</summary>
/// <param name="IsRight">Whether the user is let in.</param>
/// <param name="Reason">Why not, for the log; shows nothing of the token that its issuer has not signed.</param>
internal sealed record TokenVerdict(bool IsRight, string Reason)
{
    /// <summary>It is right.</summary>
    public static readonly TokenVerdict Right = new(true, "");

    /// <summary>What the client is told; null is what PostgreSQL would tell.</summary>
    public ErrorFields? Error { get; private init; }

    /// <summary>
    /// What a server has said of where tokens are to be had, which the client is told first. Empty when the token was not looked at: then it is
    /// not wrong, and another one would not help.
    /// </summary>
    public byte[] ServerError { get; private init; } = [];

    /// <summary>Whether the token was looked at.</summary>
    public bool IsJudged => IsRight || Error is null || ServerError.Length > 0;

    /// <summary>A server does not let the user in, or cannot be asked.</summary>
    public static TokenVerdict OfServer(ErrorFields error, byte[] serverError) =>
        new(false, error.Message) { Error = error, ServerError = serverError };

    /// <summary>The user is not let in.</summary>
    public static TokenVerdict No(string reason) => new(false, reason);
}
