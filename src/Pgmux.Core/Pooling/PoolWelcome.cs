using Pgmux.Core.Parameters;

namespace Pgmux.Core.Pooling;

/// <summary>What a server of the pool said of itself at its login: clients hear the same at theirs.</summary>
/// <param name="Status">Run-time parameters in the server's order.</param>
/// <param name="Parameters">The tracked ones among them.</param>
internal sealed record PoolWelcome(IReadOnlyList<KeyValuePair<string, string>> Status, ParameterSet Parameters);
