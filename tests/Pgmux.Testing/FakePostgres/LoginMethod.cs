namespace Pgmux.Testing.FakePostgres;

/// <summary>How a <see cref="FakePostgres"/> finds out who logs in.</summary>
internal enum LoginMethod
{
    /// <summary>Not at all.</summary>
    Trust,

    /// <summary>AuthenticationCleartextPassword.</summary>
    Cleartext,

    /// <summary>AuthenticationMD5Password.</summary>
    Md5,

    /// <summary>SCRAM-SHA-256 without channel binding.</summary>
    ScramSha256,

    /// <summary>OAUTHBEARER.</summary>
    OAuth,

    /// <summary>An authentication request with a number that nobody knows.</summary>
    Unknown,
}
