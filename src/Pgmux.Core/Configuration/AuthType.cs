namespace Pgmux.Core.Configuration;

/// <summary>How clients prove who they are: what auth_type says, or the line of the HBA file that is about the client.</summary>
internal enum AuthType
{
    /// <summary>No proof, and the user name is not looked at: every database needs a user of its own. Not in HBA files.</summary>
    Any,

    /// <summary>No proof, but the user must stand in auth_file.</summary>
    Trust,

    /// <summary>The password in clear; <c>password</c> in HBA files.</summary>
    Plain,

    /// <summary>MD5 of password, user name and salt; SCRAM where the secret in auth_file is a SCRAM secret.</summary>
    Md5,

    /// <summary>SCRAM-SHA-256.</summary>
    ScramSha256,

    /// <summary>The password in clear, which a directory is asked about.</summary>
    Ldap,

    /// <summary>A TLS certificate that names the user.</summary>
    Cert,

    /// <summary>The password in clear, which PAM judges; auth_file is not looked at.</summary>
    Pam,

    /// <summary>A token that an issuer has signed and that names the user (JWT). In HBA files only.</summary>
    Jwt,

    /// <summary>A token that a server looks at, in a login of its own. In HBA files only.</summary>
    OAuth,

    /// <summary>The system user at the other end of the Unix socket. In HBA files only.</summary>
    Peer,

    /// <summary>Nobody can. In HBA files only.</summary>
    Reject,

    /// <summary>The line of the HBA file decides. For a client that no line is about: nobody can.</summary>
    Hba,
}
