using System.Security.Cryptography;

namespace Pgmux.Protocol;

/// <summary>
/// Random bytes that nobody can guess, for nonces and keys of logins. From the system's generator, which takes as long for 16 bytes as
/// for a thousand: so each thread fetches a thousand at once, gives every byte out once, and forgets it when it does.
/// </summary>
public static class SecretRandom
{
    private const int StockBytes = 1024;

    [ThreadStatic]
    private static byte[]? Stock;

    // How many bytes at the stock's start are still to be given out.
    [ThreadStatic]
    private static int Left;

    /// <summary>Fills all of <paramref name="target"/>.</summary>
    public static void Fill(Span<byte> target)
    {
        if (target.Length > StockBytes)
        {
            RandomNumberGenerator.Fill(target);
            return;
        }

        var stock = Stock ??= new byte[StockBytes];
        if (Left < target.Length)
        {
            RandomNumberGenerator.Fill(stock);
            Left = StockBytes;
        }

        Left -= target.Length;
        var taken = stock.AsSpan(Left, target.Length);
        taken.CopyTo(target);
        taken.Clear();
    }
}
