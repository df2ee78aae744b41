using BenchmarkDotNet.Attributes;

namespace Pgmux.Benchmarks.Throughput;

/// <summary>Adds the <see cref="ThroughputColumn"/> to the table of a class.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ThroughputColumnAttribute() : ColumnConfigBaseAttribute(new ThroughputColumn());
