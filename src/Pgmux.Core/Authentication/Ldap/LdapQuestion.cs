using Pgmux.Core.Configuration.Ldap;

namespace Pgmux.Core.Authentication.Ldap;

/// <summary>Whether this is the user's password.</summary>
/// <param name="Options">How the directory is asked.</param>
/// <param name="User">The user.</param>
/// <param name="Password">What the client has shown; not empty.</param>
internal sealed record LdapQuestion(LdapOptions Options, string User, string Password)
{
    /// <summary>Shows no password.</summary>
    public override string ToString() => $"{User}, {Options}";
}
