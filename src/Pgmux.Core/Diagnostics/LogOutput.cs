using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Diagnostics;

/// <summary>The log of the process: the loggers that everybody uses, and how the configuration changes where they write.</summary>
internal sealed class LogOutput : IDisposable
{
    private readonly LineLoggerProvider _lines;
    private readonly ILogger _logger;
    private readonly int _verbosity;

    /// <summary>Writes to <paramref name="standardError"/> until <see cref="Apply"/> names a file as well.</summary>
    /// <param name="standardError">stderr, or null to write nothing there.</param>
    /// <param name="verbosity">What the command line adds to the setting verbose.</param>
    /// <param name="time">The clock of the time stamps.</param>
    public LogOutput(ILogTarget? standardError, int verbosity, TimeProvider time)
    {
        _lines = new LineLoggerProvider(standardError, time);
        _verbosity = verbosity;
        _lines.SetVerbosity(verbosity);

        // The provider decides by its own level, which a reload may change; the factory's filter must not get in the way.
        Loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(_lines));
        _logger = Loggers.CreateLogger<LogOutput>();
    }

    /// <summary>Makes the loggers.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>How many lines could not be written since the start.</summary>
    public long LostLines => _lines.LostLines;

    /// <summary>
    /// Takes logfile and verbose from the options and opens the file again, after log rotation too. A file that cannot be
    /// opened is an event of its own; lines go on to where they went before.
    /// </summary>
    public bool Apply(PgmuxOptions options)
    {
        _lines.SetVerbosity(_verbosity + options.Verbose);
        if (_lines.OpenFile(options.Logfile, out var reason))
        {
            return true;
        }

        DiagnosticsLog.FileUnusable(_logger, options.Logfile, reason);
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Loggers.Dispose();
        _lines.Dispose();
    }
}
