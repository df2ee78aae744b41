using Microsoft.Extensions.Logging;

namespace Pgmux.Core.Diagnostics;

/// <summary>The logger that all categories share: a line does not name where in the code it comes from.</summary>
internal sealed class LineLogger(LineLoggerProvider provider) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => provider.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (provider.IsEnabled(logLevel))
        {
            var text = formatter(state, exception);
            provider.Write(logLevel, exception is null ? text : $"{text}: {exception}");
        }
    }
}
