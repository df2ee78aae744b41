namespace Pgmux.Benchmarks.Load;

/// <summary>A query came back with an answer that belongs to another one.</summary>
internal sealed class WrongAnswerException(string message) : Exception(message);
