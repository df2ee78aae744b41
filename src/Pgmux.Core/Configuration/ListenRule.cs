using System.Text;

namespace Pgmux.Core.Configuration;

/// <summary>There must be a door, and the Unix socket's path must fit into a socket address.</summary>
internal sealed class ListenRule : IOptionsRule
{
    /// <summary>sun_path has 108 bytes, the last one a terminator.</summary>
    private const int LongestSocketPathBytes = 107;

    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        var options = snapshot.Options;
        if (options.ListenAddr.Count == 0 && options.UnixSocketDir.Length == 0)
        {
            faults.Add(snapshot.LocationOf("unix_socket_dir").Fault("nothing to listen on: listen_addr and unix_socket_dir are both empty"));
        }

        var path = $"{options.UnixSocketDir}/.s.PGSQL.{options.ListenPort}";
        if (options.UnixSocketDir.Length > 0 && Encoding.UTF8.GetByteCount(path) > LongestSocketPathBytes)
        {
            faults.Add(snapshot.LocationOf("unix_socket_dir").Fault(
                $"unix_socket_dir is too long: {path} has more than {LongestSocketPathBytes} bytes"));
        }
    }
}
