namespace Pgmux.Protocol;

/// <summary>First field of an authentication request. Codes that the manual does not know keep their number.</summary>
public enum AuthenticationRequestKind
{
    /// <summary>The login is complete as far as authentication goes.</summary>
    Ok = 0,

    /// <summary>Kerberos V5; no server asks for it any more.</summary>
    KerberosV5 = 2,

    /// <summary>The password as it is.</summary>
    CleartextPassword = 3,

    /// <summary>The password through crypt(3); no server asks for it any more.</summary>
    CryptPassword = 4,

    /// <summary>The md5 hash of the stored hash and a salt.</summary>
    Md5Password = 5,

    /// <summary>Credentials of a Unix socket; no server asks for it any more.</summary>
    ScmCredential = 6,

    /// <summary>GSSAPI.</summary>
    Gss = 7,

    /// <summary>More of GSSAPI or SSPI.</summary>
    GssContinue = 8,

    /// <summary>SSPI.</summary>
    Sspi = 9,

    /// <summary>SASL starts; the mechanisms are listed.</summary>
    Sasl = 10,

    /// <summary>The next step of SASL.</summary>
    SaslContinue = 11,

    /// <summary>The last word of SASL; <see cref="Ok"/> follows.</summary>
    SaslFinal = 12,
}
