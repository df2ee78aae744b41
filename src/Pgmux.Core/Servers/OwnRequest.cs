namespace Pgmux.Core.Servers;

/// <summary>What pgmux itself has asked a server; one at a time.</summary>
internal enum OwnRequest
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The statements of connect_query, after the login.</summary>
    ConnectQuery,

    /// <summary>The run-time parameters of the client that holds the server.</summary>
    ParameterSync,

    /// <summary>server_reset_query.</summary>
    Reset,

    /// <summary>server_check_query.</summary>
    Check,
}
