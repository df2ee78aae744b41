using System.Globalization;

namespace Pgmux.ServiceManager;

/// <summary>
/// Sockets that systemd listens on for the process: sd_listen_fds(3). The first is descriptor 3; the environment says how many there are
/// and whom they are for.
/// </summary>
internal static class ServiceSockets
{
    private const int FirstDescriptor = 3;

    /// <summary>More sockets than a unit has addresses: the number is not to be trusted then.</summary>
    private const int MostSockets = 1024;

    /// <summary>The descriptors; none when the sockets are for nobody, or for another process.</summary>
    public static IReadOnlyList<int> Find(Func<string, string?> environment, int processId)
    {
        var isOurs = int.TryParse(environment("LISTEN_PID"), NumberStyles.None, CultureInfo.InvariantCulture, out var owner) && owner == processId;
        return isOurs && int.TryParse(environment("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? [.. Enumerable.Range(FirstDescriptor, Math.Min(count, MostSockets))]
            : [];
    }
}
