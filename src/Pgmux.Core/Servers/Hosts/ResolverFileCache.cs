using Pgmux.Core.Configuration;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>
/// The content of a resolv.conf, read again when the file has changed, as glibc does. While it cannot be read what was read last stays. Any
/// thread, off the loops.
/// </summary>
internal sealed class ResolverFileCache(string path)
{
    private readonly Lock _gate = new();
    private ResolverFile _content = ResolverFile.Empty;
    private FileStamp _stamp;

    /// <summary>What the file says now.</summary>
    public ResolverFile Read()
    {
        lock (_gate)
        {
            var stamp = FileStamp.Of(path);
            if (stamp != _stamp && ResolverFile.Read(path, out _) is { } content)
            {
                (_content, _stamp) = (content, stamp);
            }

            return _content;
        }
    }
}
