using Pgmux.Core.Configuration;

namespace Pgmux.Core.Authentication;

/// <summary>The secret that an exchange is run with: the stored one, or a made-up one that must never be accepted.</summary>
/// <param name="Secret">The secret; its kind is never <see cref="UserSecretKind.None"/>.</param>
/// <param name="WhyMock">Why it is made up, for the log; null when it is the user's own.</param>
internal readonly record struct ResolvedSecret(UserSecret Secret, string? WhyMock)
{
    /// <summary>Whether the login must fail whatever the client proves.</summary>
    public bool IsMock => WhyMock is not null;

    /// <summary>Names the kind only.</summary>
    public override string ToString() => Secret.ToString();
}
