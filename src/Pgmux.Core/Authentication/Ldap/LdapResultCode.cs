namespace Pgmux.Core.Authentication.Ldap;

/// <summary>How a request ended: the codes of RFC 4511, appendix A, that decide something here or that operators often meet.</summary>
internal enum LdapResultCode
{
    Success = 0,
    OperationsError = 1,
    ProtocolError = 2,
    TimeLimitExceeded = 3,
    SizeLimitExceeded = 4,
    StrongerAuthRequired = 8,
    Referral = 10,
    ConfidentialityRequired = 13,
    NoSuchObject = 32,
    InvalidDnSyntax = 34,
    InappropriateAuthentication = 48,
    InvalidCredentials = 49,
    InsufficientAccessRights = 50,
    Busy = 51,
    Unavailable = 52,
    UnwillingToPerform = 53,
    Other = 80,
}
