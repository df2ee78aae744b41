using System.Globalization;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Resources;

/// <summary>RLIMIT_NOFILE of a running process.</summary>
internal static class DescriptorLimit
{
    public static async Task<(int Soft, int Hard)> ReadAsync(int processId)
    {
        var line = (await File.ReadAllLinesAsync($"/proc/{processId}/limits")).Single(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (int.Parse(words[3], CultureInfo.InvariantCulture), int.Parse(words[4], CultureInfo.InvariantCulture));
    }

    /// <summary>Lets the process open no further descriptor; what is open stays so. Only the soft limit goes down, so that it can be raised again.</summary>
    public static async Task CloseAsync(int processId)
    {
        var open = Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd")
            .Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))
            .ToHashSet();
        // The limit is one above the highest number that may be given, and the lowest free number is given first.
        await SetSoftAsync(processId, Enumerable.Range(0, int.MaxValue).First(number => !open.Contains(number)));
    }

    /// <summary>Raises the soft limit to the hard one again.</summary>
    public static async Task OpenAsync(int processId) => await SetSoftAsync(processId, (await ReadAsync(processId)).Hard);

    private static async Task SetSoftAsync(int processId, int limit)
    {
        // As the same user: root in a container may not change the limits of others.
        var command = UnprivilegedUser.Command("prlimit", ["--pid", $"{processId}", $"--nofile={limit}:"]);
        var result = await new ToolRunner(1, "", "", "").RunAsync(command);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
    }
}
