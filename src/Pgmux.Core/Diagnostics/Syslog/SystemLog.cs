using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics.Lines;

namespace Pgmux.Core.Diagnostics.Syslog;

/// <summary>
/// The system's log, syslogd or journald, in the form that syslog(3) sends: RFC 3164. The library's call waits when nobody reads;
/// here a message is lost and counted rather than anybody's session held up.
/// </summary>
internal sealed class SystemLog(SystemLogOptions options) : IDisposable
{
    private const int FacilityShift = 3;

    private Socket? _socket;

    /// <summary>What it was made with.</summary>
    public SystemLogOptions Options => options;

    /// <summary>Sends one event. False when it is lost: nobody listens, or its queue is full. Called under the log's lock.</summary>
    public bool TryWrite(in LogEntry entry, TimeProvider time)
    {
        var message = Format(entry, TimeZoneInfo.ConvertTime(entry.Time, time.LocalTimeZone));

        // A second try, since a log daemon that was started again has another socket under the same name.
        return TrySend(message) || TrySend(message);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private byte[] Format(in LogEntry entry, DateTimeOffset local)
    {
        var message = new StringBuilder(64 + entry.Text.Length);
        var priority = ((int)options.Facility << FacilityShift) | SeverityOf(entry.Level);
        message.Append(CultureInfo.InvariantCulture, $"<{priority}>{local.ToString("MMM", CultureInfo.InvariantCulture)} {local.Day,2} ");
        message.Append(local.ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        message.Append(CultureInfo.InvariantCulture, $" {options.Ident}[{entry.ProcessId}]: ");
        LogLine.AppendEscaped(message, entry.Text);
        return LogLine.Encode(message.ToString(), "");
    }

    private bool TrySend(byte[] message)
    {
        try
        {
            if (_socket is null)
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
                _socket = socket;
                socket.Connect(new UnixDomainSocketEndPoint(options.Path));
            }

            return _socket.Send(message) == message.Length;
        }
        catch (SocketException failure)
        {
            // Full is full; anything else is a socket to be made anew. The caller counts what is lost.
            if (failure.SocketErrorCode is not (SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable))
            {
                Dispose();
            }

            return false;
        }
    }

    // As PgBouncer maps its levels: LOG is informational.
    private static int SeverityOf(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };
}
