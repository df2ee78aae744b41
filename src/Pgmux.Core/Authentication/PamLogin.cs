using System.Net;

namespace Pgmux.Core.Authentication;

/// <summary>A password that PAM is to judge. Shows it nowhere.</summary>
internal sealed class PamLogin
{
    /// <summary>The service of auth_type pam, and of HBA lines without pamservice. PgBouncer's.</summary>
    public const string DefaultService = "pgbouncer";

    /// <summary>The PAM service.</summary>
    public required string Service { get; init; }

    /// <summary>Who wants to log in.</summary>
    public required string User { get; init; }

    /// <summary>With which password.</summary>
    public required string Password { get; init; }

    /// <summary>The client's address; null over the Unix socket.</summary>
    public IPAddress? Address { get; init; }
}
