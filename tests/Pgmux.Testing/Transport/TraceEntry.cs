namespace Pgmux.Testing.Transport;

/// <summary>One delivery in a trace.</summary>
/// <param name="Timestamp">Virtual time.</param>
/// <param name="Link">Number of the link; of a failed connect, the number that the link would have had.</param>
/// <param name="IsBack">Whether it went to who has connected.</param>
/// <param name="Kind">What was delivered.</param>
/// <param name="Count">Bytes; of a failed connect, its failure.</param>
internal readonly record struct TraceEntry(long Timestamp, int Link, bool IsBack, TraceKind Kind, int Count)
{
    public override string ToString() => $"{TimeSpan.FromTicks(Timestamp):c} link {Link} {(IsBack ? "<-" : "->")} {Kind} {Count}";
}
