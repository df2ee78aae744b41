using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.Hba;
using Pgmux.Core.Configuration.Ldap;

namespace Pgmux.Core.Authentication;

/// <summary>Who wants to log in, and how that is to be proved.</summary>
internal sealed record ClientLogin
{
    /// <summary>
    /// How: never <see cref="AuthType.Hba"/>, unless no line of the HBA file is about the client; <see cref="AuthType.Md5"/> becomes SCRAM
    /// where a SCRAM secret is stored, as in PgBouncer.
    /// </summary>
    public required AuthType Method { get; init; }

    /// <summary>The line of the HBA file that says how; null where auth_type does.</summary>
    public HbaRule? Rule { get; init; }

    /// <summary>Whether something has to be given that could be guessed.</summary>
    public bool AsksForPassword => Method
        is not (AuthType.Any or AuthType.Trust or AuthType.Peer or AuthType.Cert or AuthType.Reject or AuthType.Hba);

    /// <summary>How the directory is asked, where the method is <see cref="AuthType.Ldap"/>.</summary>
    public LdapOptions? Ldap { get; init; }

    /// <summary>What is known of the connection.</summary>
    public ClientOrigin Origin { get; init; } = new();

    /// <summary>The name of the system user at the other end of the Unix socket, where the method asks for it.</summary>
    public string? SystemUser { get; init; }

    /// <summary>Which system users or certificates are which users; null is those of the same name.</summary>
    public IdentMap? Map => Rule?.Map;

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
