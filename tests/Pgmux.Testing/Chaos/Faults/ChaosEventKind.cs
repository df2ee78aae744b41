namespace Pgmux.Testing.Chaos.Faults;

/// <summary>What can happen to a run.</summary>
internal enum ChaosEventKind
{
    /// <summary>Some clients leave without a word: RST, FIN, half-close, inside a message.</summary>
    ClientAborts,

    /// <summary>Some clients ask for large results and take their time.</summary>
    SlowReaders,

    /// <summary>Cancel requests for clients that do anything or nothing.</summary>
    CancelStorm,

    /// <summary>pg_terminate_backend for some backends.</summary>
    TerminateBackends,

    /// <summary>kill -9 of a backend: PostgreSQL ends all sessions and recovers.</summary>
    CrashBackend,

    /// <summary>A backend is stopped for a while.</summary>
    StopBackend,

    /// <summary>Fast shutdown and start.</summary>
    RestartFast,

    /// <summary>Immediate shutdown and start.</summary>
    RestartImmediate,

    /// <summary>RELOAD with other sizes, and back.</summary>
    Reload,

    /// <summary>Another process takes over (-R), and the old one ends.</summary>
    RestartOnline,

    /// <summary>Nothing passes between pgmux and PostgreSQL for a while; nothing gets lost.</summary>
    HoldNetwork,

    /// <summary>Latency, jitter and small pieces between pgmux and PostgreSQL.</summary>
    SlowNetwork,

    /// <summary>A share of the packets gets lost.</summary>
    LosePackets,

    /// <summary>Some connections to PostgreSQL are reset.</summary>
    ResetLinks,

    /// <summary>All packets of some connections vanish; later the connections are reset or go on.</summary>
    VanishLinks,

    /// <summary>Connections to PostgreSQL are lost, and new ones refused.</summary>
    RefuseConnects,

    /// <summary>Connections to PostgreSQL are lost, and new ones accepted by nobody who answers.</summary>
    HangConnects,
}
