namespace Pgmux.Core.Configuration;

/// <summary>How the hosts of one database share its server connections.</summary>
internal enum LoadBalanceHosts
{
    /// <summary>Each new server connection goes to the next host.</summary>
    RoundRobin,

    /// <summary>New server connections go to the host of the last one, and to the next host after a failure.</summary>
    Disable,
}
