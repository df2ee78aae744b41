namespace Pgmux.Core.Configuration.Ldap;

/// <summary>The options of the method ldap, and the values that are words.</summary>
internal static class LdapOptionNames
{
    public const string Url = "ldapurl";
    public const string Server = "ldapserver";
    public const string Port = "ldapport";
    public const string Scheme = "ldapscheme";
    public const string Tls = "ldaptls";
    public const string Prefix = "ldapprefix";
    public const string Suffix = "ldapsuffix";
    public const string BaseDn = "ldapbasedn";
    public const string BindDn = "ldapbinddn";
    public const string BindPassword = "ldapbindpasswd";
    public const string SearchAttribute = "ldapsearchattribute";
    public const string SearchFilter = "ldapsearchfilter";

    /// <summary>A value of <see cref="Scheme"/>: in clear, unless <see cref="Tls"/> is set.</summary>
    public const string Ldap = "ldap";

    /// <summary>A value of <see cref="Scheme"/>: TLS from the first byte.</summary>
    public const string Ldaps = "ldaps";

    /// <summary>What every option begins with.</summary>
    public const string Beginning = "ldap";

    /// <summary>Those that belong to a search.</summary>
    public static readonly string[] Searching = [BaseDn, BindDn, BindPassword, SearchAttribute, SearchFilter];

    /// <summary>All.</summary>
    public static readonly string[] All = [Url, Server, Port, Scheme, Tls, Prefix, Suffix, .. Searching];
}
