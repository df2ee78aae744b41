using Microsoft.Extensions.Logging;
using Pgmux.Core.Authentication;
using Pgmux.Core.Parameters;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Core.Servers.Passwords;

namespace Pgmux.Core.Servers;

/// <summary>What all server connections of the process share.</summary>
internal sealed class ServerEnvironment(TrackedParameters tracked, ParameterSetCache parameterSets, AuthenticationContext authentication, ILogger logger)
{
    /// <summary>What all logins share, those of clients and those to servers.</summary>
    public AuthenticationContext Authentication { get; } = authentication;

    /// <summary>Parameters that follow clients.</summary>
    public TrackedParameters Tracked { get; } = tracked;

    /// <summary>Shares equal sets.</summary>
    public ParameterSetCache ParameterSets { get; } = parameterSets;

    /// <summary>Where events go.</summary>
    public ILogger Logger { get; } = logger;

    /// <summary>What makes the parts of a connection.</summary>
    public ServerParts Parts { get; init; } = new();

    /// <summary>Passwords that programs print.</summary>
    public required PasswordCommands Passwords { get; init; }

    /// <summary>Addresses of hosts.</summary>
    public required HostResolver Hosts
    {
        get;
        init
        {
            field = value;
            Connector = new ServerConnector(value);
        }
    }

    /// <summary>Opens connections to them.</summary>
    public ServerConnector Connector { get; private init; } = null!;

    /// <summary>log_connections; changed by a reload.</summary>
    public bool LogConnections { get; set; } = true;

    /// <summary>log_disconnections; changed by a reload.</summary>
    public bool LogDisconnections { get; set; } = true;
}
