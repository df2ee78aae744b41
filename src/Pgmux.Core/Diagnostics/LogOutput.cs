using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics.Lines;
using Pgmux.Core.Diagnostics.Syslog;

namespace Pgmux.Core.Diagnostics;

/// <summary>
/// The log of the process: the logger that everybody uses, and how the configuration changes where it writes. There is no
/// <see cref="ILoggerFactory"/>: with one provider and no categories it decides nothing, and the container of services that the
/// framework's brings along was compiled while everybody waited for the start.
/// </summary>
internal sealed class LogOutput : IDisposable
{
    private readonly LineWriter _lines;
    private readonly int _verbosity;

    /// <summary>Writes to <paramref name="standardError"/> until <see cref="Apply"/> names a file as well.</summary>
    /// <param name="standardError">stderr, or null to write nothing there.</param>
    /// <param name="verbosity">What the command line adds to the setting verbose.</param>
    /// <param name="time">The clock of the time stamps.</param>
    public LogOutput(ILogTarget? standardError, int verbosity, TimeProvider time)
    {
        _lines = new LineWriter(standardError, time);
        _verbosity = verbosity;
        _lines.SetVerbosity(verbosity);
        Logger = new LineLogger(_lines);
    }

    /// <summary>Writes to the log.</summary>
    public ILogger Logger { get; }

    /// <summary>How many lines could not be written since the start.</summary>
    public long LostLines => _lines.LostLines;

    /// <summary>
    /// Takes logfile, log_format, verbose and syslog from the options and opens the file again, after log rotation too. A file that
    /// cannot be opened is an event of its own; lines go on to where they went before.
    /// </summary>
    public bool Apply(PgmuxOptions options)
    {
        _lines.SetVerbosity(_verbosity + options.Verbose);
        _lines.Format = options.LogFormat;
        _lines.UseSystemLog(options.Syslog ? new SystemLogOptions(options.SyslogIdent, options.SyslogFacility) : null);
        if (_lines.OpenFile(options.Logfile, out var reason))
        {
            return true;
        }

        DiagnosticsLog.FileUnusable(Logger, options.Logfile, reason);
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();
}
