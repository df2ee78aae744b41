namespace Pgmux.Protocol.Tests;

/// <summary>Makes what a generator gives into text that the protocol can carry.</summary>
internal static class GeneratedText
{
    /// <summary>Without zeros, and without halves of surrogate pairs, which have no UTF-8.</summary>
    public static string Usable(string? text) => WireText.Decode(WireText.Encode(text ?? "")).Replace("\0", "", StringComparison.Ordinal);
}
