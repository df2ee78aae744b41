using Microsoft.Extensions.Logging;

namespace Pgmux.Core.Diagnostics.Lines;

/// <summary>The logger that all categories share: a line does not name where in the code it comes from.</summary>
internal sealed class LineLogger(LineWriter lines) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => lines.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (lines.IsEnabled(logLevel))
        {
            var text = formatter(state, exception);
            lines.Write(logLevel, eventId.Id, exception is null ? text : $"{text}: {exception}");
        }
    }
}
