namespace Pgmux.Core.Configuration;

/// <summary>An entry of [databases] or [users] while its keys are read one by one.</summary>
internal sealed class EntryDraft<TEntry>(TEntry entry)
{
    /// <summary>The entry so far.</summary>
    public TEntry Entry { get; set; } = entry;
}
