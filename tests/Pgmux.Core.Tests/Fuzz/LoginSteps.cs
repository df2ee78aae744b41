namespace Pgmux.Core.Tests.Fuzz;

/// <summary>
/// What the other side of a login does, read from an input: step by step the message that belongs there, the same with some bytes
/// changed, cut or followed by more, or any other bytes. A step is a kind, a length and so many bytes.
/// </summary>
internal sealed class LoginSteps(byte[] input, int start)
{
    private int _at = start;

    /// <summary>The next message, made from the one that belongs there; false at the end of the input.</summary>
    public bool TryTake(byte[] right, out byte[] message)
    {
        message = right;
        if (_at >= input.Length)
        {
            return false;
        }

        var kind = input[_at++];
        var length = _at < input.Length ? Math.Min(input[_at++], input.Length - _at) : 0;
        var data = input.AsSpan(_at, length);
        _at += length;
        message = (kind % 6) switch
        {
            0 or 1 => right,
            2 => Changed(right, data),
            3 => [.. right[..Math.Min(right.Length, length)]],
            4 => [.. right, .. data],
            _ => data.ToArray(),
        };
        return true;
    }

    // Pairs of a place and what to flip there.
    private static byte[] Changed(byte[] right, ReadOnlySpan<byte> data)
    {
        var changed = right.ToArray();
        for (; data.Length > 1 && changed.Length > 0; data = data[2..])
        {
            changed[data[0] % changed.Length] ^= data[1];
        }

        return changed;
    }
}
