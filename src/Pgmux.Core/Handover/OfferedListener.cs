namespace Pgmux.Core.Handover;

/// <summary>A socket that the old process listens on. Where it listens is asked of the descriptor.</summary>
/// <param name="IsOwn">
/// Whether the old process has opened it by its settings; otherwise whoever started it has, and it is used whatever the settings say.
/// </param>
/// <param name="OwnsFile">Whether the file of a Unix socket is pgmux's to remove.</param>
internal sealed record OfferedListener(bool IsOwn, bool OwnsFile);
