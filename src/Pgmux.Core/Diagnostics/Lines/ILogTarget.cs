namespace Pgmux.Core.Diagnostics.Lines;

/// <summary>Where log lines go. Called under the log's lock, from any thread.</summary>
internal interface ILogTarget
{
    /// <summary>
    /// Hands one line with its newline to the kernel before it returns. False when the line is lost: a full disk, a closed
    /// or a full pipe. Never throws and never waits for a reader.
    /// </summary>
    bool TryWrite(ReadOnlySpan<byte> line);
}
