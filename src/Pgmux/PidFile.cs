using System.Globalization;
using System.Text;
using Pgmux.Core.Configuration;

namespace Pgmux;

/// <summary>The file that tells others which process this is; goes away when the process ends in good order.</summary>
internal sealed class PidFile : IDisposable
{
    /// <summary>A process id, a newline, and what an editor may have added.</summary>
    private const int LongestContent = 128;

    private readonly string _path;
    private readonly FileStream _locked;

    private PidFile(string path, FileStream locked)
    {
        _path = path;
        _locked = locked;
    }

    /// <summary>
    /// Writes this process's id. A file that a dead process left behind is replaced; one that belongs to a living process,
    /// or that cannot be understood, is left alone: null then, and why.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="wasStale">Whether a file of a dead process was replaced.</param>
    /// <param name="problem">Why there is none.</param>
    public static PidFile? TryClaim(string path, out bool wasStale, out string problem)
    {
        problem = "";
        wasStale = false;
        try
        {
            if (File.Exists(path))
            {
                if (!IsStale(path))
                {
                    problem = $"pidfile '{path}' exists, another instance running?";
                    return null;
                }

                File.Delete(path);
                wasStale = true;
            }

            // The runtime's lock on it (flock, shared: others may read) tells a second pgmux that its owner lives.
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
            return new PidFile(path, file);
        }
        catch (Exception e) when (FileProblem.IsExpected(e))
        {
            problem = $"cannot write pidfile '{path}': {FileProblem.Describe(e)}";
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (FileProblem.IsExpected(e))
        {
            // The process is ending; the next one finds a dead id in the file and replaces it.
        }

        _locked.Dispose();
    }

    private static bool IsStale(string path)
    {
        try
        {
            // Exclusive, so that it fails while the owner holds its own lock.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
            var content = new byte[LongestContent];
            var text = Encoding.ASCII.GetString(content, 0, file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false));

            // In a container the process before this one had the same id: always 1.
            return int.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && id > 0
                && (id == Environment.ProcessId || !Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}")));
        }
        catch (IOException)
        {
            // Locked: its owner lives.
            return false;
        }
    }
}
