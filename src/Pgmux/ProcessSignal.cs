namespace Pgmux;

/// <summary>What an operator asks for by a signal: PgBouncer's meanings.</summary>
internal enum ProcessSignal
{
    /// <summary>SIGHUP: read the configuration again.</summary>
    Reload,

    /// <summary>SIGTERM: stop when the last client has gone.</summary>
    ShutdownWaitForClients,

    /// <summary>SIGINT: stop when the last server is free.</summary>
    ShutdownWaitForServers,

    /// <summary>SIGQUIT: stop now.</summary>
    ShutdownNow,

    /// <summary>SIGUSR1: pause all pools.</summary>
    Pause,

    /// <summary>SIGUSR2: go on after a pause.</summary>
    Resume,
}
