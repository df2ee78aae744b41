using Microsoft.Extensions.Logging;
using Pgmux.Core.Authentication;
using Pgmux.Core.Authentication.Ldap;
using Pgmux.Core.Cancellation;
using Pgmux.Core.Clients.Pam;
using Pgmux.Core.Statements;

namespace Pgmux.Core.Clients;

/// <summary>Makes what clients consist of. The tests replace single parts by broken ones, to see that they would notice.</summary>
internal class ClientParts
{
    /// <summary>What reads the requests of one client.</summary>
    public virtual ClientRequestReader CreateRequestReader(ClientConnection client) => new(client);

    /// <summary>Names of prepared statements on servers.</summary>
    public virtual StatementNames CreateNames() => new();

    /// <summary>Who has which cancel key.</summary>
    public virtual CancelRegistry CreateCancels() => new();

    /// <summary>What finds the names of system users.</summary>
    public virtual SystemUserNames CreateSystemUsers() => new();

    /// <summary>What asks PAM.</summary>
    public virtual IPamChecks CreatePam() => new PamChecks();

    /// <summary>What asks directories whether passwords are right.</summary>
    public virtual LdapChecks CreateLdap(TimeProvider clock, ILogger logger) =>
        new(new LdapDirectory(clock, LdapDirectory.DefaultPatience).AskAsync, logger);

    /// <summary>What sends cancel requests to servers.</summary>
    public virtual CancelForwarder CreateCancelForwarder(ILogger logger) => new(logger);
}
