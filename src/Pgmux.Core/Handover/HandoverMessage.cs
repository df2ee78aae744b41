using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pgmux.Core.Handover;

/// <summary>A message between the two processes: a byte for its kind, and JSON.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">All of it, the kind included.</param>
/// <param name="Descriptors">What comes with it.</param>
internal sealed record HandoverMessage(HandoverMessageKind Kind, byte[] Bytes, int[] Descriptors)
{
    /// <summary>Makes one with something in it.</summary>
    public static HandoverMessage Of<T>(HandoverMessageKind kind, T content, JsonTypeInfo<T> form, params int[] descriptors) =>
        new(kind, [(byte)kind, .. JsonSerializer.SerializeToUtf8Bytes(content, form)], descriptors);

    /// <summary>Makes one that says all by its kind.</summary>
    public static HandoverMessage Of(HandoverMessageKind kind) => new(kind, [(byte)kind], []);

    /// <summary>From what has come.</summary>
    /// <exception cref="IOException">It is no message.</exception>
    public static HandoverMessage Read(byte[] bytes, int[] descriptors) => bytes.Length > 0
        ? new((HandoverMessageKind)bytes[0], bytes, descriptors)
        : throw new IOException("The other process has sent an empty message");

    /// <summary>What is in it.</summary>
    /// <exception cref="IOException">Something else is.</exception>
    public T Content<T>(JsonTypeInfo<T> form)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Bytes.AsSpan(1), form) ?? throw new IOException($"The other process has sent an empty {Kind}");
        }
        catch (JsonException fault)
        {
            throw new IOException($"The other process has sent a {Kind} that cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Names the kind only: secrets may be in it.</summary>
    public override string ToString() => $"{Kind}";
}
