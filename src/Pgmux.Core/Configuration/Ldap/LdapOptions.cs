namespace Pgmux.Core.Configuration.Ldap;

/// <summary>
/// How a directory is asked whether a password is right: the options of PostgreSQL and PgBouncer, as auth_ldap_options or a line of the HBA
/// file has them. Either the user's name is made into a distinguished name (ldapprefix, ldapsuffix), or the user is searched for first.
/// </summary>
internal sealed record LdapOptions
{
    /// <summary>The port of ldap.</summary>
    public const int DefaultPort = 389;

    /// <summary>The port of ldaps.</summary>
    public const int DefaultTlsPort = 636;

    /// <summary>The attribute that is searched for where nothing else is said. PostgreSQL's.</summary>
    public const string DefaultSearchAttribute = "uid";

    /// <summary>The servers, in the order in which they are asked; at least one.</summary>
    public required IReadOnlyList<LdapServer> Servers { get; init; }

    /// <summary>Whether connections begin with TLS: ldapscheme=ldaps.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>Whether TLS is asked for before anything else is: ldaptls=1.</summary>
    public bool UsesStartTls { get; init; }

    /// <summary>What stands before the user's name. ldapprefix.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>What stands behind the user's name. ldapsuffix.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>Below which entry the user is searched; null when it is not searched. ldapbasedn.</summary>
    public string? BaseDn { get; init; }

    /// <summary>Who searches; empty is nobody in particular. ldapbinddn.</summary>
    public string BindDn { get; init; } = "";

    /// <summary>With which password. ldapbindpasswd.</summary>
    public string BindPassword { get; init; } = "";

    /// <summary>What the user's entry fits, with $username for the name; the attribute searched for is such a filter too.</summary>
    public string Filter { get; init; } = "";

    /// <summary>How far below <see cref="BaseDn"/>.</summary>
    public LdapScope Scope { get; init; } = LdapScope.Subtree;

    /// <summary>Shows no password.</summary>
    public override string ToString() => $"LDAP at {string.Join(", ", Servers)}";
}
