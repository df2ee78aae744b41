using Pgmux.Transport.Native;

namespace Pgmux.Transport;

/// <summary>How many descriptors, sockets among them, the process may have open. RLIMIT_NOFILE.</summary>
/// <param name="Soft">The limit in force; .NET has raised it to the hard one at the start.</param>
/// <param name="Hard">What the limit may be raised to.</param>
public sealed record DescriptorLimit(long Soft, long Hard)
{
    /// <summary>What the system says now.</summary>
    public static DescriptorLimit Current()
    {
        var (soft, hard) = ResourceLimits.Descriptors();
        return new DescriptorLimit(soft, hard);
    }
}
