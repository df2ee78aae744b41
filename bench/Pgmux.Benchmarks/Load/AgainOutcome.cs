namespace Pgmux.Benchmarks.Load;

/// <summary>How many of the held clients got the right answer to a further query, how many did not, and what the first of those was told.</summary>
internal sealed record AgainOutcome(int Answered, int Failed, string? FirstFault);
