using Pgmux.Core.Parameters;
using Pgmux.Core.Servers.Passwords;
using Pgmux.Core.Statements;

namespace Pgmux.Core.Servers;

/// <summary>
/// Makes what a server connection consists of. The tests replace single parts by broken ones, to see that they would notice.
/// </summary>
internal class ServerParts
{
    /// <summary>When a server may leave its client.</summary>
    public virtual ReleaseRule ReleaseRule { get; } = new();

    /// <summary>What one server owes.</summary>
    public virtual OutstandingRequests CreateOutstanding(ServerStatements statements) => new(statements);

    /// <summary>What one server has prepared.</summary>
    public virtual ServerStatements CreateStatements() => new();

    /// <summary>The run-time parameters of one server.</summary>
    public virtual ServerParameters CreateParameters(TrackedParameters tracked, ParameterSetCache sets) => new(tracked, sets);

    /// <summary>What runs password_command.</summary>
    public virtual IPasswordProgram CreatePasswordProgram() => new PasswordProgram();
}
