using Pgmux.Transport;

namespace Pgmux.Core.Servers;

/// <summary>What came of asking a server for TLS.</summary>
/// <param name="Outcome">Whether it is encrypted.</param>
/// <param name="Problem">Why it is not, in words of ours; empty when it is. Never what the server said: nobody knows yet who that is.</param>
/// <param name="Encrypted">The encrypted connection, which owns the one in clear; null when there is none.</param>
internal readonly record struct ServerEncryptionResult(ServerEncryptionOutcome Outcome, string Problem, TransportConnection? Encrypted = null);
