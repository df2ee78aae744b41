using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Pgmux.Protocol;

/// <summary>PostgreSQL's md5 authentication, kept for servers and user lists that still have it.</summary>
[SuppressMessage("Security", "CA5351", Justification = "The protocol prescribes md5 here.")]
public static class Md5Password
{
    private const string Prefix = "md5";

    /// <summary>What PostgreSQL stores: <c>md5</c> and the hash of password and user name.</summary>
    public static string HashSecret(string user, string password) => Hash([.. WireText.Encode(password), .. WireText.Encode(user)]);

    /// <summary>The answer to a salt, made from what is stored; knowing the password is not needed for it.</summary>
    public static string Respond(string md5Secret, ReadOnlySpan<byte> salt) =>
        Hash([.. WireText.Encode(md5Secret.AsSpan(Prefix.Length)), .. salt]);

    /// <summary>Whether a client has sent the right answer. Tells nothing by its time.</summary>
    public static bool Verify(string md5Secret, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> answer) =>
        SecretComparison.AreEqual(WireText.Encode(Respond(md5Secret, salt)), answer);

    private static string Hash(ReadOnlySpan<byte> input) => Prefix + Convert.ToHexStringLower(MD5.HashData(input));
}
