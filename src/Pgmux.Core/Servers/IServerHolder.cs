using Pgmux.Protocol;

namespace Pgmux.Core.Servers;

/// <summary>Who keeps a server between leases: its pool. Called on the server's loop.</summary>
internal interface IServerHolder
{
    /// <summary>The login is complete; the server may be leased.</summary>
    void OnServerLoggedIn(ServerConnection server);

    /// <summary>A reset or check query has ended well; the server may be leased.</summary>
    void OnServerReady(ServerConnection server);

    /// <summary>The server is closed. Called once, whatever the state was. <paramref name="error"/> is the server's own last word.</summary>
    void OnServerClosed(ServerConnection server, ServerState before, ServerCloseReason reason, ErrorFields? error);
}
