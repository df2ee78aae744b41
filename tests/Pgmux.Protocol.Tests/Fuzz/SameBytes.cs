using System.Diagnostics.CodeAnalysis;

namespace Pgmux.Protocol.Tests.Fuzz;

/// <summary>Compares arrays by what is in them.</summary>
internal sealed class SameBytes : IEqualityComparer<byte[]>
{
    public static readonly SameBytes Instance = new();

    public bool Equals(byte[]? left, byte[]? right) => left.AsSpan().SequenceEqual(right);

    public int GetHashCode([DisallowNull] byte[] bytes) => bytes.Length;
}
