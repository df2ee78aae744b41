namespace Pgmux.Core.Configuration;

/// <summary>How clients prove who they are.</summary>
internal enum AuthType
{
    /// <summary>No proof, and the user name is not looked at: every database needs a user of its own.</summary>
    Any,

    /// <summary>No proof, but the user must stand in auth_file.</summary>
    Trust,

    /// <summary>The password in clear.</summary>
    Plain,

    /// <summary>MD5 of password, user name and salt; SCRAM where the secret in auth_file is a SCRAM secret.</summary>
    Md5,

    /// <summary>SCRAM-SHA-256.</summary>
    ScramSha256,
}
