using Pgmux.Core.Configuration;

namespace Pgmux.Core.Authentication;

/// <summary>Who wants to log in, and how that is to be proved.</summary>
internal sealed record ClientLogin
{
    /// <summary>How; <see cref="AuthType.Md5"/> becomes SCRAM where a SCRAM secret is stored, as in PgBouncer.</summary>
    public required AuthType Method { get; init; }

    /// <summary>Name that the client gives.</summary>
    public required string User { get; init; }

    /// <summary>Stored secret; null when there is no such user.</summary>
    public required UserSecret? Secret { get; init; }

    /// <summary>Iterations for a SCRAM exchange over a plain secret. PgBouncer's scram_iterations.</summary>
    public int ScramIterations { get; init; } = 4096;

    /// <summary>What a login may be bound to (tls-server-end-point); empty for a connection in clear.</summary>
    public byte[] ChannelBinding { get; init; } = [];

    /// <summary>
    /// Kind of secret that a user that does not exist is given: the one that most users have, so that an unknown name does not stand out.
    /// </summary>
    public UserSecretKind MockKind { get; init; } = UserSecretKind.Scram;
}
