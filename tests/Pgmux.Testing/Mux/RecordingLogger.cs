using Microsoft.Extensions.Logging;

namespace Pgmux.Testing.Mux;

/// <summary>Keeps what is logged.</summary>
internal sealed class RecordingLogger : ILogger
{
    /// <summary>Every event.</summary>
    public List<(LogLevel Level, string Text)> Events { get; } = [];

    /// <summary>Everything of Error and above.</summary>
    public IEnumerable<string> Errors => Events.Where(entry => entry.Level >= LogLevel.Error).Select(entry => entry.Text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Events.Add((logLevel, exception is null ? formatter(state, exception) : $"{formatter(state, exception)}: {exception}"));
}
