using static Pgmux.Core.Configuration.SettingRow;

namespace Pgmux.Core.Configuration;

/// <summary>Settings of what is logged and where.</summary>
internal static class LogSettings
{
    private static readonly ChoiceType<LogFormat> Formats = new([("pgbouncer", LogFormat.Pgbouncer), ("json", LogFormat.Json)]);

    private static readonly ChoiceType<SyslogFacility> Facilities = new(
    [
        ("auth", SyslogFacility.Auth),
        ("authpriv", SyslogFacility.AuthPrivate),
        ("daemon", SyslogFacility.Daemon),
        ("user", SyslogFacility.User),
        ("local0", SyslogFacility.Local0),
        ("local1", SyslogFacility.Local1),
        ("local2", SyslogFacility.Local2),
        ("local3", SyslogFacility.Local3),
        ("local4", SyslogFacility.Local4),
        ("local5", SyslogFacility.Local5),
        ("local6", SyslogFacility.Local6),
        ("local7", SyslogFacility.Local7),
    ]);

    /// <summary>The rows.</summary>
    public static readonly Setting[] All =
    [
        Text("logfile", "", o => o.Logfile, (o, v) => o with { Logfile = v! }),
        Flag("log_connections", "1", o => o.LogConnections, (o, v) => o with { LogConnections = v }),
        Flag("log_disconnections", "1", o => o.LogDisconnections, (o, v) => o with { LogDisconnections = v }),
        Flag("log_pooler_errors", "1", o => o.LogPoolerErrors, (o, v) => o with { LogPoolerErrors = v }),
        Flag("log_stats", "1", o => o.LogStats, (o, v) => o with { LogStats = v }),
        Count("verbose", "0", o => o.Verbose, (o, v) => o with { Verbose = v }),

        Row("log_format", "pgbouncer", Formats, o => o.LogFormat, (o, v) => o with { LogFormat = v }),
        Flag("syslog", "0", o => o.Syslog, (o, v) => o with { Syslog = v }),
        Text("syslog_ident", "pgbouncer", o => o.SyslogIdent, (o, v) => o with { SyslogIdent = v! }),
        Row("syslog_facility", "daemon", Facilities, o => o.SyslogFacility, (o, v) => o with { SyslogFacility = v }),
    ];
}
