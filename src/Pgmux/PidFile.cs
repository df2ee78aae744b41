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

            return Create(path, path);
        }
        catch (Exception e) when (FileProblem.IsExpected(e))
        {
            problem = $"cannot write pidfile '{path}': {FileProblem.Describe(e)}";
            return null;
        }
    }

    /// <summary>
    /// Puts this process's file in the place of that of a living one, which has handed over to it: at no moment is there none. Null when it
    /// cannot, and why.
    /// </summary>
    public static PidFile? TryReplace(string path, out string problem)
    {
        problem = "";
        var written = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}");
        try
        {
            var file = Create(written, path);
            File.Move(written, path, overwrite: true);
            return file;
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
            // Another process may have taken over, and put its own there.
            if (ReadId(_path) == Environment.ProcessId)
            {
                File.Delete(_path);
            }
        }
        catch (Exception e) when (FileProblem.IsExpected(e))
        {
            // The process is ending; the next one finds a dead id in the file and replaces it.
        }

        _locked.Dispose();
    }

    // The runtime's lock on it (flock, shared: others may read) tells a second pgmux that its owner lives.
    private static PidFile Create(string written, string path)
    {
        var file = new FileStream(written, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
        return new PidFile(path, file);
    }

    private static bool IsStale(string path)
    {
        try
        {
            // Exclusive, so that it fails while the owner holds its own lock.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);

            // In a container the process before this one had the same id: always 1.
            return ReadId(file) is { } id
                && (id == Environment.ProcessId || !Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}")));
        }
        catch (IOException)
        {
            // Locked: its owner lives.
            return false;
        }
    }

    private static int? ReadId(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return ReadId(file);
    }

    // Null when it is no process id.
    private static int? ReadId(FileStream file)
    {
        var content = new byte[LongestContent];
        var text = Encoding.ASCII.GetString(content, 0, file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false));
        return int.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id : null;
    }
}
