using Pgmux.Core.Configuration;

namespace Pgmux.Core.Diagnostics.Syslog;

/// <summary>How pgmux introduces itself to the system's log.</summary>
/// <param name="Ident">The name in front of each message. syslog_ident.</param>
/// <param name="Facility">Who speaks. syslog_facility.</param>
/// <param name="Path">The socket that the system's log listens on.</param>
internal sealed record SystemLogOptions(string Ident, SyslogFacility Facility, string Path = SystemLogOptions.UsualPath)
{
    /// <summary>Where syslogd and journald listen.</summary>
    public const string UsualPath = "/dev/log";
}
