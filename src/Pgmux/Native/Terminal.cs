using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Pgmux.Native;

/// <summary>Lets go of the terminal that a process was started from: daemon(7).</summary>
internal static partial class Terminal
{
    private const int ReadWrite = 2;
    private const int StandardError = 2;

    /// <summary>Begins a session of its own: the end of the starter's terminal ends this process no more.</summary>
    public static void LeaveSession()
    {
        if (SetSession() < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "cannot begin a session");
        }
    }

    /// <summary>
    /// Puts /dev/null in the place of stdin, stdout and stderr, and of every other descriptor of the pipes and terminals that they were:
    /// whoever reads from those waits for the last one to be closed.
    /// </summary>
    public static void Release()
    {
        var nothing = Open("/dev/null", ReadWrite);
        var given = Enumerable.Range(0, StandardError + 1).Select(TargetOf).OfType<string>().Where(IsPipeOrTerminal).ToHashSet();
        var copies = Directory.EnumerateFiles("/proc/self/fd").Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))
            .Where(descriptor => descriptor > StandardError && TargetOf(descriptor) is { } target && given.Contains(target)).ToArray();
        foreach (var descriptor in Enumerable.Range(0, StandardError + 1).Concat(copies))
        {
            if (nothing < 0 || Duplicate(nothing, descriptor) < 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError(), "cannot put /dev/null in the place of the terminal");
            }
        }

        if (nothing > StandardError)
        {
            _ = Close(nothing);
        }
    }

    private static string? TargetOf(int descriptor) => new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget;

    private static bool IsPipeOrTerminal(string target) =>
        target.StartsWith("pipe:", StringComparison.Ordinal) || target.StartsWith("socket:", StringComparison.Ordinal)
        || target.StartsWith("/dev/pts/", StringComparison.Ordinal) || target.StartsWith("/dev/tty", StringComparison.Ordinal);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSession();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
