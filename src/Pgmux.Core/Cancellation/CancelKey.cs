using Pgmux.Protocol;

namespace Pgmux.Core.Cancellation;

/// <summary>What a client is given at its login to cancel its queries by: a process id and a secret, both random.</summary>
/// <param name="ProcessId">Positive, so that clients that print it are not surprised.</param>
/// <param name="Secret">Four bytes, as protocol 3.0 has it: with the process id 63 bits that cannot be guessed.</param>
internal readonly record struct CancelKey(int ProcessId, uint Secret)
{
    /// <summary>A key from the system's random numbers, with the given process id unless that is 0.</summary>
    public static CancelKey Create(int wantedProcessId)
    {
        Span<byte> random = stackalloc byte[sizeof(int) + sizeof(uint)];
        SecretRandom.Fill(random);
        var processId = wantedProcessId != 0 ? wantedProcessId : BitConverter.ToInt32(random) & int.MaxValue;
        return new CancelKey(processId == 0 ? 1 : processId, BitConverter.ToUInt32(random[sizeof(int)..]));
    }

    /// <summary>Names the key without its secret.</summary>
    public override string ToString() => $"cancel key of process {ProcessId}";
}
