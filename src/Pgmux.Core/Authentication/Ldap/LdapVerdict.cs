namespace Pgmux.Core.Authentication.Ldap;

/// <summary>What the directory says of a password.</summary>
/// <param name="IsRight">Whether the user is let in.</param>
/// <param name="Reason">Why not, for the log.</param>
internal sealed record LdapVerdict(bool IsRight, string Reason)
{
    /// <summary>It is right.</summary>
    public static readonly LdapVerdict Right = new(true, "");

    /// <summary>The user is not let in.</summary>
    public static LdapVerdict No(string reason) => new(false, reason);
}
