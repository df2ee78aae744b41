using System.Net;

namespace Pgmux.Core.Clients.Proxies;

/// <summary>
/// Reads the header with which a proxy tells whom it has taken a connection from. Source: "The PROXY protocol, versions 1 and 2" of HAProxy.
/// </summary>
internal static class ProxyHeaderReader
{
    // Enough to recognise what knocked instead.
    private const int ShownBytes = 16;

    /// <summary>
    /// Reads a header from the start of <paramref name="input"/>. False when it has not arrived as a whole; then nothing was taken. What
    /// cannot become a header is told from its first wrong byte.
    /// </summary>
    /// <param name="input">What has come.</param>
    /// <param name="source">Whom the proxy serves; null where it names nobody, so that the connection's own address counts.</param>
    /// <param name="consumed">Length of the header.</param>
    /// <exception cref="ProxyHeaderException">There is no header, or a wrong one.</exception>
    public static bool TryRead(ReadOnlySpan<byte> input, out IPEndPoint? source, out int consumed)
    {
        if (BeginsAs(input, ProxyHeaderText.Prefix))
        {
            return ProxyHeaderText.TryRead(input, out source, out consumed);
        }

        if (BeginsAs(input, ProxyHeaderBinary.Signature))
        {
            return ProxyHeaderBinary.TryRead(input, out source, out consumed);
        }

        throw new ProxyHeaderException(
            $"there is none: proxy_protocol_from names this network, and the connection begins with '{Convert.ToHexStringLower(input[..Math.Min(input.Length, ShownBytes)])}'");
    }

    // Whether what has come is the beginning, or a part of it.
    private static bool BeginsAs(ReadOnlySpan<byte> input, ReadOnlySpan<byte> beginning)
    {
        var length = Math.Min(input.Length, beginning.Length);
        return input[..length].SequenceEqual(beginning[..length]);
    }
}
