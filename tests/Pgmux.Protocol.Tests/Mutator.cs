namespace Pgmux.Protocol.Tests;

/// <summary>Damages bytes in a repeatable way: flips, cuts, doubles, inserts, and numbers that hurt.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[] Hurting = [0x00, 0x01, 0x7F, 0x80, 0xFF, (byte)',', (byte)'='];

    private readonly Random _random = new(seed);

    public byte[] Mutate(ReadOnlySpan<byte> original)
    {
        var bytes = original.ToArray().ToList();
        var times = 1 + _random.Next(4);
        for (var time = 0; time < times; time++)
        {
            var place = _random.Next(bytes.Count + 1);
            switch (_random.Next(6))
            {
                case 0 when place < bytes.Count:
                    bytes[place] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1 when place < bytes.Count:
                    bytes[place] = Hurting[_random.Next(Hurting.Length)];
                    break;
                case 2:
                    bytes.Insert(place, (byte)_random.Next(256));
                    break;
                case 3:
                    bytes.RemoveRange(place, _random.Next(bytes.Count - place + 1));
                    break;
                case 4 when bytes.Count < 4096:
                    bytes.AddRange(bytes[place..]);
                    break;
                default:
                    bytes.Insert(place, Hurting[_random.Next(Hurting.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }
}
