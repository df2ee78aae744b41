using Microsoft.Extensions.Logging;

namespace Pgmux.Core.Diagnostics.Lines;

/// <summary>One event of the log.</summary>
/// <param name="Time">When it was logged.</param>
/// <param name="ProcessId">Who logged it.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="EventId">Which event of <see cref="EventIds"/> it is; 0 is none of them.</param>
/// <param name="Text">What happened. May hold what strangers have sent.</param>
internal readonly record struct LogEntry(DateTimeOffset Time, int ProcessId, LogLevel Level, int EventId, string Text);
