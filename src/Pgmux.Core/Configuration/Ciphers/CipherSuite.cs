using System.Collections.Frozen;
using System.Net.Security;
using Pgmux.Transport.Tls;

namespace Pgmux.Core.Configuration.Ciphers;

/// <summary>A cipher suite of TLS 1.2 as OpenSSL's lists of ciphers speak of it.</summary>
internal sealed class CipherSuite
{
    private static readonly (string Part, string[] Words)[] WordsOfParts =
    [
        ("_ECDHE_", ["ECDHE", "EECDH", "kECDHE", "kEECDH", "ECDH"]),
        ("_DHE_", ["DHE", "EDH", "kDHE", "kEDH", "DH"]),
        ("TLS_RSA_", ["kRSA", "RSA"]),
        ("_ECDSA_", ["ECDSA", "aECDSA"]),
        ("RSA_", ["aRSA"]),
        ("_AES_", ["AES"]),
        ("_AES_128_", ["AES128"]),
        ("_AES_256_", ["AES256"]),
        ("_GCM_", ["AESGCM"]),
        ("_CCM", ["AESCCM"]),
        ("_CCM_8", ["AESCCM8"]),
        ("_CHACHA20_", ["CHACHA20"]),
        ("_CAMELLIA_", ["CAMELLIA"]),
        ("_CAMELLIA_128_", ["CAMELLIA128"]),
        ("_CAMELLIA_256_", ["CAMELLIA256"]),
    ];

    private readonly FrozenSet<string> _words;

    /// <param name="suite">The suite, by the name that IANA has for it: everything else follows from that.</param>
    public CipherSuite(TlsCipherSuite suite)
    {
        Suite = suite;
        var standardName = $"{suite}";
        Name = CipherSuiteName.Of(suite);
        IsEphemeralDiffieHellman = standardName.StartsWith("TLS_DHE_", StringComparison.Ordinal);
        Bits = standardName.Contains("_128_", StringComparison.Ordinal) ? 128 : 256;
        _words = WordsOf(standardName).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The suite.</summary>
    public TlsCipherSuite Suite { get; }

    /// <summary>OpenSSL's name for it.</summary>
    public string Name { get; }

    /// <summary>Length of the key.</summary>
    public int Bits { get; }

    /// <summary>Whether keys are agreed on by Diffie-Hellman over numbers (DHE), not curves.</summary>
    public bool IsEphemeralDiffieHellman { get; }

    /// <summary>Whether the word is its name, or a group that it belongs to.</summary>
    public bool Is(string word) => _words.Contains(word);

    private IEnumerable<string> WordsOf(string standardName)
    {
        yield return Name;
        yield return standardName;
        yield return "ALL";
        yield return "HIGH";
        foreach (var (part, words) in WordsOfParts)
        {
            if (standardName.Contains(part, StringComparison.Ordinal))
            {
                foreach (var word in words)
                {
                    yield return word;
                }
            }
        }

        var hasHash = standardName.Contains("_CBC_", StringComparison.Ordinal);
        var hash = standardName[(standardName.LastIndexOf('_') + 1)..];
        if (hasHash)
        {
            yield return hash;
        }

        if (hasHash && hash == "SHA")
        {
            yield return "SHA1";
            yield return standardName.Contains("ECDHE", StringComparison.Ordinal) ? "TLSv1" : "SSLv3";
            yield return standardName.Contains("ECDHE", StringComparison.Ordinal) ? "TLSv1.0" : "SSLv3";
        }
        else
        {
            yield return "TLSv1.2";
        }

        yield return CipherSuites.IsDefault(standardName) ? "DEFAULT" : "COMPLEMENTOFDEFAULT";
    }
}
