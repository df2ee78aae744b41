using Pgmux.Core.Authentication;

namespace Pgmux.Core.Clients.UserLookup;

/// <summary>What a login has learnt of its user.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="IsFresh">Whether it was asked for while this login waited, and not before.</param>
internal readonly record struct FoundUser(AuthQueryAnswer Answer, bool IsFresh);
