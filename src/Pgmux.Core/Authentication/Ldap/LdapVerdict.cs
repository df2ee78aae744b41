namespace Pgmux.Core.Authentication.Ldap;

/// <summary>What the directory says of a password.</summary>
/// <param name="IsRight">Whether the user is let in.</param>
/// <param name="Reason">Why not, for the log.</param>
internal sealed record LdapVerdict(bool IsRight, string Reason)
{
    /// <summary>It is right.</summary>
    public static readonly LdapVerdict Right = new(true, "");

    /// <summary>Whether the directory has looked at user and password: false where it cannot be asked, so nothing was guessed.</summary>
    public bool IsDecided { get; private init; } = true;

    /// <summary>The directory does not let the user in.</summary>
    public static LdapVerdict No(string reason) => new(false, reason);

    /// <summary>The directory cannot be asked, and the user is not let in.</summary>
    public static LdapVerdict Unasked(string reason) => new(false, reason) { IsDecided = false };
}
