using System.Diagnostics;

namespace Pgmux.Testing.Fuzzing;

/// <summary>Makes a failing input smaller as long as it fails: drops pieces from halves down to single bytes, then makes bytes plain.</summary>
internal sealed class InputShrinker(Func<byte[], bool> fails, int mostRuns, TimeSpan patience)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private int _runs;

    public byte[] Shrink(byte[] input)
    {
        var isSmaller = true;
        while (isSmaller && !IsOver)
        {
            isSmaller = false;
            for (var piece = Math.Max(1, input.Length / 2); piece > 0; piece /= 2)
            {
                isSmaller |= Drop(ref input, piece);
            }
        }

        for (var place = 0; place < input.Length; place++)
        {
            Plain(ref input, place);
        }

        return input;
    }

    private bool Drop(ref byte[] input, int piece)
    {
        var isSmaller = false;
        for (var start = 0; start < input.Length;)
        {
            byte[] shorter = [.. input[..start], .. input[Math.Min(input.Length, start + piece)..]];
            if (StillFails(shorter))
            {
                input = shorter;
                isSmaller = true;
            }
            else
            {
                start += piece;
            }
        }

        return isSmaller;
    }

    private void Plain(ref byte[] input, int place)
    {
        foreach (var plain in new[] { (byte)0, (byte)'a' })
        {
            if (input[place] == plain)
            {
                return;
            }

            var simpler = input.ToArray();
            simpler[place] = plain;
            if (StillFails(simpler))
            {
                input = simpler;
                return;
            }
        }
    }

    private bool IsOver => _runs >= mostRuns || Stopwatch.GetElapsedTime(_started) > patience;

    private bool StillFails(byte[] input)
    {
        _runs++;
        return !IsOver && fails(input);
    }
}
