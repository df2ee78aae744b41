using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics.Syslog;

namespace Pgmux.Core.Diagnostics.Lines;

/// <summary>
/// Writes every event as one line, at once and in order: to stderr unless pgmux was told to be quiet, and to the log file and the
/// system's log when the configuration says so. A line that cannot be written is counted and forgotten.
/// </summary>
internal sealed class LineWriter : IDisposable
{
    private readonly Lock _writing = new();
    private readonly TimeProvider _time;
    private readonly ILogTarget? _standardError;
    private LogFile? _file;
    private SystemLog? _systemLog;
    private long _lost;
    private long _lostReported;
    private volatile int _lowestLevel = (int)LogLevel.Information;

    /// <summary>Writes to <paramref name="standardError"/> only, until <see cref="OpenFile"/>; null writes nothing.</summary>
    public LineWriter(ILogTarget? standardError, TimeProvider time)
    {
        _standardError = standardError;
        _time = time;
    }

    /// <summary>How many lines were lost since the start.</summary>
    public long LostLines => Interlocked.Read(ref _lost);

    /// <summary>PgBouncer's verbose: 0 is LOG and above, 1 adds DEBUG, 2 and more add NOISE.</summary>
    public void SetVerbosity(int verbose)
        => _lowestLevel = (int)(verbose <= 0 ? LogLevel.Information : verbose == 1 ? LogLevel.Debug : LogLevel.Trace);

    /// <summary>Whether an event of this level is written.</summary>
    public bool IsEnabled(LogLevel level) => level != LogLevel.None && (int)level >= _lowestLevel;

    /// <summary>
    /// Opens the log file, again if it is open (it may have been moved away by log rotation); an empty path closes it.
    /// When the file cannot be opened the one in use stays, and <paramref name="reason"/> says why.
    /// </summary>
    public bool OpenFile(string path, out string reason)
    {
        reason = "";
        var next = path.Length == 0 ? null : LogFile.TryOpen(path, out reason);
        if (path.Length > 0 && next is null)
        {
            return false;
        }

        lock (_writing)
        {
            _file?.Dispose();
            _file = next;
        }

        return true;
    }

    /// <summary>What lines look like from now on.</summary>
    public LogFormat Format { get; set; }

    /// <summary>Sends events to the system's log as well from now on; null ends that.</summary>
    public void UseSystemLog(SystemLogOptions? options)
    {
        lock (_writing)
        {
            if (_systemLog?.Options != options)
            {
                _systemLog?.Dispose();
                _systemLog = options is null ? null : new SystemLog(options);
            }
        }
    }

    /// <summary>Writes one event.</summary>
    public void Write(LogLevel level, int eventId, string text)
    {
        var entry = new LogEntry(_time.GetUtcNow(), Environment.ProcessId, level, eventId, text);
        lock (_writing)
        {
            if (!TryWriteEntry(entry))
            {
                Interlocked.Increment(ref _lost);
            }
            else if (_lost > _lostReported)
            {
                ReportLost();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writing)
        {
            _file?.Dispose();
            _file = null;
            _systemLog?.Dispose();
            _systemLog = null;
        }
    }

    private bool TryWriteEntry(in LogEntry entry)
    {
        var line = Format == LogFormat.Json ? JsonLine.Format(entry) : LogLine.Format(entry);
        var isWritten = _standardError?.TryWrite(line) ?? true;
        isWritten &= _file?.TryWrite(line) ?? true;
        return (_systemLog?.TryWrite(entry, _time) ?? true) && isWritten;
    }

    // Says how many are missing as soon as a line gets through again; not itself counted when it does not.
    private void ReportLost()
    {
        var entry = new LogEntry(
            _time.GetUtcNow(), Environment.ProcessId, LogLevel.Warning, EventIds.LogLinesLost, $"{_lost - _lostReported} log lines could not be written");
        if (TryWriteEntry(entry))
        {
            _lostReported = _lost;
        }
    }
}
