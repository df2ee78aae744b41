namespace Pgmux.Core.Handover;

/// <summary>A message that waits to be sent.</summary>
/// <param name="Message">The message.</param>
/// <param name="Undelivered">
/// Takes its descriptors back when it cannot be sent; null when it has none. They are closed once it has been sent.
/// </param>
internal sealed record HandoverParcel(HandoverMessage Message, Action? Undelivered = null);
