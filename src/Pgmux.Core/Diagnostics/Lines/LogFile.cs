using Pgmux.Core.Configuration;

namespace Pgmux.Core.Diagnostics.Lines;

/// <summary>The file named by logfile, opened for appending.</summary>
internal sealed class LogFile : ILogTarget, IDisposable
{
    private readonly FileStream _file;

    private LogFile(FileStream file) => _file = file;

    /// <summary>Opens the file, making it when it is missing; null and the reason when that is not possible.</summary>
    public static LogFile? TryOpen(string path, out string reason)
    {
        try
        {
            reason = "";

            // Unbuffered: a line stands in the file before what it explains reaches a client. Other processes may rotate it.
            return new LogFile(new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
            }));
        }
        catch (Exception e) when (FileProblem.IsExpected(e))
        {
            reason = FileProblem.Describe(e);
            return null;
        }
    }

    /// <inheritdoc/>
    public bool TryWrite(ReadOnlySpan<byte> line)
    {
        try
        {
            _file.Write(line);
            return true;
        }
        catch (IOException)
        {
            // The caller counts it; a full disk must not end anybody's session.
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
