namespace Pgmux.Core.Configuration.Ldap;

/// <summary>What a part of a filter does: RFC 4511's tags.</summary>
internal enum LdapFilterKind
{
    /// <summary>All of them fit.</summary>
    And = 0,

    /// <summary>One of them fits.</summary>
    Or = 1,

    /// <summary>It does not fit.</summary>
    Not = 2,

    /// <summary>The attribute has the value.</summary>
    Equality = 3,

    /// <summary>The attribute has a value with these pieces.</summary>
    Substrings = 4,

    /// <summary>The attribute has a value that is not less.</summary>
    GreaterOrEqual = 5,

    /// <summary>The attribute has a value that is not greater.</summary>
    LessOrEqual = 6,

    /// <summary>The attribute is there.</summary>
    Present = 7,

    /// <summary>The attribute has about the value.</summary>
    Approximate = 8,

    /// <summary>The attribute fits by a rule with a name.</summary>
    Extensible = 9,
}
