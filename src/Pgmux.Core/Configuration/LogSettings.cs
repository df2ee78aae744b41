using static Pgmux.Core.Configuration.SettingRow;

namespace Pgmux.Core.Configuration;

/// <summary>Settings of what is logged and where.</summary>
internal static class LogSettings
{
    /// <summary>The rows.</summary>
    public static readonly Setting[] All =
    [
        Text("logfile", "", o => o.Logfile, (o, v) => o with { Logfile = v! }),
        Flag("log_connections", "1", o => o.LogConnections, (o, v) => o with { LogConnections = v }),
        Flag("log_disconnections", "1", o => o.LogDisconnections, (o, v) => o with { LogDisconnections = v }),
        Flag("log_pooler_errors", "1", o => o.LogPoolerErrors, (o, v) => o with { LogPoolerErrors = v }),
        Flag("log_stats", "1", o => o.LogStats, (o, v) => o with { LogStats = v }),
        Count("verbose", "0", o => o.Verbose, (o, v) => o with { Verbose = v }),

        // The two names say how to write to syslog; as long as syslog is 0 they mean nothing in PgBouncer either.
        FlagNotYet("syslog", "0"),
        TextWithoutEffect("syslog_facility", "daemon"),
        TextWithoutEffect("syslog_ident", "pgbouncer"),
    ];
}
