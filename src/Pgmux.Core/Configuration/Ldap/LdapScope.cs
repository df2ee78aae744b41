namespace Pgmux.Core.Configuration.Ldap;

/// <summary>How far below ldapbasedn the user is searched. RFC 4511's numbers.</summary>
internal enum LdapScope
{
    /// <summary>Only the entry itself: what a ldapurl means that says nothing.</summary>
    Base = 0,

    /// <summary>The entries right below.</summary>
    One = 1,

    /// <summary>The entry and all below: what is meant without a ldapurl.</summary>
    Subtree = 2,
}
