using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pgmux.Core.Tests.Authentication;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>
/// The bytes of one SCRAM exchange, and what they prove by RFC 5802, worked out a second time: who has shown to know the password of
/// <see cref="Secrets"/>.
/// </summary>
internal sealed class ScramEvidence
{
    /// <summary>More rounds would take longer than all the rest of an input.</summary>
    private const int MostIterations = 20_000;

    public byte[] ClientFirst { get; set; } = [];

    public byte[] ServerFirst { get; set; } = [];

    public byte[] ClientFinal { get; set; } = [];

    public byte[] ServerFinal { get; set; } = [];

    /// <summary>The count that the server asks for; null when there is none that is worth deriving with.</summary>
    public int? Iterations =>
        int.TryParse(Field(ServerFirst, 'i'), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= MostIterations ? count : null;

    /// <summary>Whether the client's last message holds the proof.</summary>
    public bool IsClientProved => Keys() is { } keys
        && Bytes(Field(ClientFinal, 'p')) is { Length: 32 } proof
        && SHA256.HashData(Xor(proof, HMACSHA256.HashData(keys.StoredKey, Message()))).AsSpan().SequenceEqual(keys.StoredKey);

    /// <summary>Whether the server's last message holds its signature: by these keys, else by those of the password under its salt and count.</summary>
    public bool IsServerProved(ScramKeys? known) =>
        (known ?? Keys()) is { } keys && Bytes(Field(ServerFinal, 'v')) is { } signature && signature.AsSpan().SequenceEqual(Signature(keys));

    /// <summary>What a server that knows <paramref name="keys"/> says at the end.</summary>
    public byte[] Signature(ScramKeys keys) => HMACSHA256.HashData(keys.ServerKey, Message());

    /// <summary>What a client that knows <paramref name="keys"/> proves it with; <see cref="ClientFinal"/> has no proof yet.</summary>
    public byte[] Proof(ScramKeys keys) => Xor(keys.ClientKey.ToArray(), HMACSHA256.HashData(keys.StoredKey, Message()));

    private ScramKeys? Keys() => Iterations is { } count && Bytes(Field(ServerFirst, 's')) is { Length: > 0 } salt
        ? ScramKeys.Derive(Secrets.Password, salt, count)
        : null;

    // client-first-bare, server-first, client-final-without-proof.
    private byte[] Message()
    {
        var header = Text(ClientFirst).Split(',', 3);
        var final = Text(ClientFinal);
        var proof = final.LastIndexOf(",p=", StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes($"{header[^1]},{Text(ServerFirst)},{(proof < 0 ? final : final[..proof])}");
    }

    /// <summary>A field: the proof is the last, all others come before any extension.</summary>
    public static string? Field(byte[] message, char name) =>
        (name == 'p' ? Text(message).Split(',').Reverse() : Text(message).Split(',')).FirstOrDefault(field => field.Length > 1 && field[0] == name && field[1] == '=')?[2..];

    public static byte[]? Bytes(string? base64)
    {
        var room = new byte[base64?.Length ?? 0];
        return base64 is not null && Convert.TryFromBase64String(base64, room, out var length) ? room[..length] : null;
    }

    private static byte[] Xor(byte[] left, byte[] right) => [.. left.Zip(right, (a, b) => (byte)(a ^ b))];

    private static string Text(byte[] message) => Encoding.Latin1.GetString(message);
}
