namespace Pgmux.Core.Authentication.Ldap;

/// <summary>What a message of LDAP is: RFC 4511's application tags, as far as logins need them.</summary>
internal enum LdapOperation
{
    /// <summary>Logs in.</summary>
    BindRequest = 0,

    /// <summary>The answer.</summary>
    BindResponse = 1,

    /// <summary>Says goodbye; there is no answer.</summary>
    UnbindRequest = 2,

    /// <summary>Searches.</summary>
    SearchRequest = 3,

    /// <summary>An entry that was found.</summary>
    SearchResultEntry = 4,

    /// <summary>That was all.</summary>
    SearchResultDone = 5,

    /// <summary>Another server that may know more.</summary>
    SearchResultReference = 19,

    /// <summary>Asks for TLS.</summary>
    ExtendedRequest = 23,

    /// <summary>The answer; with message id 0 the server's goodbye.</summary>
    ExtendedResponse = 24,
}
