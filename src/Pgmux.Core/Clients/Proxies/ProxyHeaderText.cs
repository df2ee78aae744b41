using System.Globalization;
using System.Net;
using System.Text;
using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Clients.Proxies;

/// <summary>Version 1 of the PROXY protocol: one line, such as <c>PROXY TCP4 192.0.2.1 198.51.100.2 56324 5432</c>.</summary>
internal static class ProxyHeaderText
{
    /// <summary>Longest line with its end, as the specification counts it.</summary>
    public const int MaximumBytes = 107;

    // PROXY, family, two addresses, two ports.
    private const int Words = 6;

    /// <summary>How every line begins.</summary>
    public static ReadOnlySpan<byte> Prefix => "PROXY "u8;

    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    /// <summary>Reads a line; see <see cref="ProxyHeaderReader.TryRead"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> input, out IPEndPoint? source, out int consumed)
    {
        source = null;
        consumed = 0;
        var length = input[..Math.Min(input.Length, MaximumBytes)].IndexOf(LineEnd);
        if (length < 0)
        {
            return input.Length < MaximumBytes
                ? false
                : throw new ProxyHeaderException($"the line of version 1 does not end within {MaximumBytes} bytes");
        }

        // Every byte a character: what is no ASCII is no part of an address either.
        source = Parse(Encoding.Latin1.GetString(input[..length]));
        consumed = length + LineEnd.Length;
        return true;
    }

    private static IPEndPoint? Parse(string line)
    {
        var words = line.Split(' ');
        switch (words[1])
        {
            case "UNKNOWN":
                // Whatever follows is to be ignored.
                return null;
            case "TCP4" or "TCP6" when words.Length == Words:
                var isIPv4 = words[1] == "TCP4";
                _ = AddressOf(words[3], words[5], isIPv4, line);
                return AddressOf(words[2], words[4], isIPv4, line);
            default:
                throw Wrong(line);
        }
    }

    private static IPEndPoint AddressOf(string address, string port, bool isIPv4, string line)
    {
        // A port has no sign, no blank and no leading zero, and no zero byte behind it, which TryParse would take for nothing.
        if (!NetAddress.TryParse(address, out var parsed) || parsed.IsIPv4 != isIPv4
            || port is ['0', _, ..] || port.AsSpan().ContainsAnyExceptInRange('0', '9') || !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw Wrong(line);
        }

        return ProxyAddress.Of(IPAddress.Parse(address), number);
    }

    private static ProxyHeaderException Wrong(string line) => new($"'{line}' is no line of version 1");
}
