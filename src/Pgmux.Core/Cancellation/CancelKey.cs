using System.Buffers.Binary;
using Pgmux.Core.Cancellation.Peers;
using Pgmux.Protocol;

namespace Pgmux.Core.Cancellation;

/// <summary>What a client is given at its login to cancel its queries by: a process id and a secret, both random.</summary>
/// <param name="ProcessId">Positive, so that clients that print it are not surprised.</param>
/// <param name="Secret">Four bytes, as protocol 3.0 has it: with the process id 63 bits that cannot be guessed. 0 when it is long.</param>
/// <param name="LongSecret">The whole secret of a client of protocol 3.2; null otherwise.</param>
internal readonly record struct CancelKey(int ProcessId, uint Secret, byte[]? LongSecret)
{
    /// <summary>
    /// Bytes of the secret in protocol 3.2: PostgreSQL 18's MAX_CANCEL_KEY_LENGTH. The protocol allows 256, for poolers that hide things in it.
    /// </summary>
    public const int LongSecretBytes = 32;

    /// <summary>Length of the secret.</summary>
    public int SecretBytes => LongSecret?.Length ?? sizeof(uint);

    /// <summary>A key from the system's random numbers, with the given process id unless that is 0.</summary>
    /// <remarks>
    /// Among peers with ids every key is PgBouncer's, whatever the client speaks: a PgBouncer drops requests of any other length, and the id has
    /// its place in the process id, so that a backend's cannot stand there. 45 bits are left to guess.
    /// </remarks>
    public static CancelKey Create(int wantedProcessId, bool isLong, CancelKeyMark mark = default)
    {
        Span<byte> random = stackalloc byte[sizeof(int) + LongSecretBytes];
        SecretRandom.Fill(random);
        var chosen = BitConverter.ToInt32(random) & int.MaxValue;
        var processId = mark.PeerId > 0 ? PeerKey.WithPeerId(chosen, mark.PeerId) : wantedProcessId != 0 ? wantedProcessId : chosen == 0 ? 1 : chosen;
        random = random[sizeof(int)..];
        if (mark.CountsHops)
        {
            PeerKey.SetHops(random, PeerKey.MostHops);
        }

        return isLong && mark.PeerId == 0
            ? new CancelKey(processId, 0, random.ToArray())
            : new CancelKey(processId, BinaryPrimitives.ReadUInt32BigEndian(random), null);
    }

    /// <summary>Writes the secret as it is on the wire.</summary>
    /// <returns>The part of <paramref name="target"/> that holds it.</returns>
    public Span<byte> CopySecretTo(Span<byte> target)
    {
        if (LongSecret is null)
        {
            BinaryPrimitives.WriteUInt32BigEndian(target, Secret);
        }
        else
        {
            LongSecret.CopyTo(target);
        }

        return target[..SecretBytes];
    }

    /// <summary>Names the key without its secret.</summary>
    public override string ToString() => $"cancel key of process {ProcessId}";
}
