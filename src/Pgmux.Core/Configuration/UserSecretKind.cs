namespace Pgmux.Core.Configuration;

/// <summary>What form a stored password has.</summary>
internal enum UserSecretKind
{
    /// <summary>No password is stored: nothing that a client sends can match.</summary>
    None,

    /// <summary>The password itself.</summary>
    Plain,

    /// <summary><c>md5</c> and 32 hex digits: the hash of password and user name.</summary>
    Md5,

    /// <summary>A SCRAM-SHA-256 secret.</summary>
    Scram,
}
