using Pgmux.Core.Configuration.Hba;
using Pgmux.Core.Configuration.OAuth;

namespace Pgmux.Core.Authentication.OAuth;

/// <summary>Whether this token lets the user in.</summary>
/// <param name="Options">What it has to be like.</param>
/// <param name="Map">Which names in tokens are which users; null is those of the same name.</param>
/// <param name="User">The user.</param>
/// <param name="Token">What the client has shown; its form is right.</param>
internal sealed record TokenQuestion(OAuthOptions Options, IdentMap? Map, string User, string Token)
{
    /// <summary>Shows no token.</summary>
    public override string ToString() => $"{User}, {Options.Issuer}";
}
