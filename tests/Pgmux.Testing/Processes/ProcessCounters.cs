using System.Globalization;

namespace Pgmux.Testing.Processes;

/// <summary>What the kernel counts for one process, read from /proc.</summary>
/// <param name="ResidentBytes">Memory that stands in RAM (VmRSS).</param>
/// <param name="Descriptors">Open file descriptors.</param>
/// <param name="Sockets">The sockets among them: connections and listeners, without what the runtime opens now and then.</param>
/// <param name="Threads">Threads.</param>
/// <param name="ProcessorTime">Time on the processor, user and system together.</param>
internal readonly record struct ProcessCounters(long ResidentBytes, int Descriptors, int Sockets, int Threads, TimeSpan ProcessorTime)
{
    // sysconf(_SC_CLK_TCK) on Linux.
    private const int ClockTicksName = 2;

    public static ProcessCounters Read(int processId)
    {
        var status = File.ReadAllLines($"/proc/{processId}/status");
        // utime and stime are fields 14 and 15.
        var fields = Fields($"/proc/{processId}/stat");
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return new ProcessCounters(
            Number(status, "VmRSS:") * 1024,
            Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd").Count(),
            Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd").Count(IsSocket),
            (int)Number(status, "Threads:"),
            TimeSpan.FromSeconds((double)ticks / NativeMethods.SystemConfiguration(ClockTicksName)));
    }

    /// <summary>Whether a thread of the process runs or waits for a processor.</summary>
    public static bool WantsToRun(int processId)
    {
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{processId}/task"))
        {
            try
            {
                // Field 3: the state.
                if (Fields(Path.Combine(thread, "stat"))[0] == "R")
                {
                    return true;
                }
            }
            catch (IOException)
            {
                // It has ended since it was listed.
            }
        }

        return false;
    }

    /// <summary>Fields 3 and on of a stat file. The command's name before them, in parentheses, may hold blanks.</summary>
    private static string[] Fields(string file)
    {
        var stat = File.ReadAllText(file);
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static bool IsSocket(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name.StartsWith("socket:", StringComparison.Ordinal) ?? false;
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return false;
        }
    }

    private static long Number(string[] status, string key)
    {
        var line = status.First(line => line.StartsWith(key, StringComparison.Ordinal));
        var words = line[key.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return long.Parse(words[0], CultureInfo.InvariantCulture);
    }
}
