using Pgmux.Core.Authentication;

namespace Pgmux.Core.Clients.UserLookup;

/// <summary>What a login does next to learn of its user: it takes an answer that is known, or waits for one.</summary>
/// <param name="Known">An answer that was given before; null when it has to wait.</param>
/// <param name="Waiter">Its wait; null when it has the answer.</param>
/// <param name="Started">The query that it waits for, when it is to be started; else null.</param>
internal readonly record struct AuthQueryStep(AuthQueryAnswer? Known, AuthQueryWaiter? Waiter, AuthQueryFlight? Started);
