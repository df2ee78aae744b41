using System.Diagnostics;
using System.Globalization;

namespace Pgmux.Testing.Chaos;

/// <summary>The story of a run, line by line with the time since its start; also in a file, when one is named.</summary>
internal sealed class ChaosLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Action<string> _write;
    private readonly StreamWriter? _file;

    public ChaosLog(Action<string> write, string? file)
    {
        _write = write;
        _file = string.IsNullOrEmpty(file) ? null : new StreamWriter(file) { AutoFlush = true };
    }

    public void Write(string text)
    {
        // The time of day is for those who look into pgmux's own log.
        var line = string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_began).TotalSeconds,7:F1} s  {DateTime.UtcNow:HH:mm:ss.fff}  {text}");
        lock (_gate)
        {
            _file?.WriteLine(line);
            _write(line);
        }
    }

    public void Dispose() => _file?.Dispose();
}
