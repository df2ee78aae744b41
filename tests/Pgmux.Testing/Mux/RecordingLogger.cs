using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Testing.Mux;

/// <summary>Keeps what is logged.</summary>
internal sealed class RecordingLogger : ILogger
{
    // ERROR in PgBouncer's log, where a client or the operator has caused it: no fault of pgmux.
    private static readonly int[] CausedByOthers = [EventIds.StatementNameTaken, EventIds.ServerSecretUnusable];

    private readonly HashSet<string> _causedByOthers = [];

    /// <summary>Every event.</summary>
    public List<(LogLevel Level, string Text)> Events { get; } = [];

    /// <summary>Everything of Error and above that pgmux itself has done wrong.</summary>
    public IEnumerable<string> Errors =>
        Events.Where(entry => entry.Level >= LogLevel.Error && !_causedByOthers.Contains(entry.Text)).Select(entry => entry.Text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = exception is null ? formatter(state, exception) : $"{formatter(state, exception)}: {exception}";
        Events.Add((logLevel, text));
        if (CausedByOthers.Contains(eventId.Id))
        {
            _causedByOthers.Add(text);
        }
    }
}
