namespace Pgmux.Transport.Tests.Contract;

/// <summary>Bytes that show when one is lost, doubled or moved.</summary>
internal static class TestBytes
{
    public static byte[] Create(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
