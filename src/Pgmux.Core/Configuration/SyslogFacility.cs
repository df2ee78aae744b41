namespace Pgmux.Core.Configuration;

/// <summary>Who speaks to the system's log: RFC 5424, section 6.2.1. PgBouncer's syslog_facility.</summary>
internal enum SyslogFacility
{
    /// <summary>A user's program.</summary>
    User = 1,

    /// <summary>A service of the system.</summary>
    Daemon = 3,

    /// <summary>Security and authorization.</summary>
    Auth = 4,

    /// <summary>Security and authorization, for few eyes.</summary>
    AuthPrivate = 10,

    /// <summary>For the operator to give a meaning; 1 to 7 follow it.</summary>
    Local0 = 16,

    /// <summary>The next.</summary>
    Local1 = 17,

    /// <summary>The next.</summary>
    Local2 = 18,

    /// <summary>The next.</summary>
    Local3 = 19,

    /// <summary>The next.</summary>
    Local4 = 20,

    /// <summary>The next.</summary>
    Local5 = 21,

    /// <summary>The next.</summary>
    Local6 = 22,

    /// <summary>The last.</summary>
    Local7 = 23,
}
