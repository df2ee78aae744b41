using Pgmux.Transport.Buffers;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Lends a buffer that somebody has, as if it had been returned twice.</summary>
internal sealed class BuffersLentTwice : BufferPool
{
    private const int Every = 50;

    private readonly Dictionary<BufferBlock, int> _lent = [];
    private int _rents;

    public override BufferBlock Rent(int minimumBytes)
    {
        if (++_rents % Every == 0 && _lent.Keys.FirstOrDefault(block => block.Length == FittingBytes(minimumBytes)) is { } taken)
        {
            _lent[taken]++;
            return taken;
        }

        var rented = base.Rent(minimumBytes);
        _lent[rented] = 1;
        return rented;
    }

    public override void Return(BufferBlock block)
    {
        if (--_lent[block] == 0)
        {
            _lent.Remove(block);
            base.Return(block);
        }
    }
}
