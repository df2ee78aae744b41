using System.Globalization;
using System.Text;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>
/// Marks that one client puts into what it asks for: c, its number, n, the number of the mark. Whatever bytes reach a client
/// may hold its own marks only.
/// </summary>
internal sealed class Nonces(int client)
{
    private int _next;

    /// <summary>The client's number.</summary>
    public int Client { get; } = client;

    /// <summary>How many there were.</summary>
    public int Count => _next;

    public string Next() => string.Create(CultureInfo.InvariantCulture, $"c{Client}n{_next++}");

    /// <summary>A mark of another client, or one that this client has not made; null when there is none.</summary>
    public string? FindForeign(ReadOnlySpan<byte> bytes) => Find(bytes, (client, number) => client != Client || number >= _next);

    /// <summary>The first mark of which a client's number and its own say that it is one of those; null when there is none.</summary>
    public static string? Find(ReadOnlySpan<byte> bytes, Func<int, int, bool> isSought)
    {
        while (bytes.IndexOf((byte)'c') is >= 0 and var start)
        {
            bytes = bytes[start..];
            if (TryRead(bytes, out var length, out var client, out var number) && isSought(client, number))
            {
                return Encoding.ASCII.GetString(bytes[..length]);
            }

            bytes = bytes[1..];
        }

        return null;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out int length, out int client, out int number)
    {
        length = 1;
        number = 0;
        return TryReadNumber(bytes, ref length, out client)
            && length < bytes.Length && bytes[length++] == 'n'
            && TryReadNumber(bytes, ref length, out number);
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> bytes, ref int at, out int number)
    {
        // No run has clients or marks of more digits; garbage may.
        const int MostDigits = 6;
        var start = at;
        for (number = 0; at < bytes.Length && at - start < MostDigits && bytes[at] is >= (byte)'0' and <= (byte)'9'; at++)
        {
            number = (10 * number) + bytes[at] - '0';
        }

        return at > start;
    }
}
