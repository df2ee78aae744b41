using Pgmux.Core.Configuration;

namespace Pgmux.Core.Cancellation;

/// <summary>What a cancel key carries beside its random bits, so that it finds its way when it reaches another process.</summary>
/// <param name="PeerId">The id of the process that gave it out; 0 for none.</param>
/// <param name="CountsHops">Whether it says how often it may still be passed on.</param>
internal readonly record struct CancelKeyMark(int PeerId, bool CountsHops)
{
    /// <summary>What the settings say.</summary>
    public static CancelKeyMark From(PgmuxOptions options) => new(options.PeerId, options.PeerId > 0 || options.PeersDns.Length > 0);
}
