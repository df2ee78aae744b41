using Pgmux.Core.Servers.Hosts;

namespace Pgmux.Core.Tests.Servers.Hosts;

/// <summary>A lookup with a mistake in it.</summary>
internal sealed class BrokenLookup : IHostLookup
{
    public Task<HostAnswer> LookUpAsync(string host) => throw new NotSupportedException();

    public Task<uint?> ReadSerialAsync(string zone) => throw new NotSupportedException();
}
