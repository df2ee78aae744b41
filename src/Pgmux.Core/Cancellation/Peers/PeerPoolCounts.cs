namespace Pgmux.Core.Cancellation.Peers;

/// <summary>How many requests of a <see cref="PeerPool"/> stand where.</summary>
/// <param name="PeerId">The peer's id; 0 where peers have none.</param>
/// <param name="Waiting">Those that wait for their turn.</param>
/// <param name="Connecting">Those whose connection is being made.</param>
/// <param name="Sent">Those that were sent and not dealt with yet.</param>
internal readonly record struct PeerPoolCounts(int PeerId, int Waiting, int Connecting, int Sent);
