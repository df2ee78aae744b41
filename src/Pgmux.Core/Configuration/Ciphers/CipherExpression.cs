namespace Pgmux.Core.Configuration.Ciphers;

/// <summary>
/// A list of ciphers in OpenSSL's language (openssl-ciphers(1)): names and groups with colons between them, <c>+</c> inside for those that
/// are in both groups, and in front <c>!</c> never, <c>-</c> not now, <c>+</c> last. Read once, and as OpenSSL does it: words that it does
/// not know are passed over.
/// </summary>
internal sealed class CipherExpression
{
    /// <summary>Groups of OpenSSL whose suites are never offered here: too weak, without certificates, or unknown to .NET.</summary>
    private static readonly string[] EmptyGroups =
    [
        "aNULL", "eNULL", "NULL", "COMPLEMENTOFALL", "MEDIUM", "LOW", "EXPORT", "EXP", "3DES", "DES", "RC2", "RC4", "IDEA", "SEED", "MD5",
        "ADH", "AECDH", "DSS", "aDSS", "PSK", "aPSK", "kPSK", "kECDHEPSK", "kDHEPSK", "kRSAPSK", "SRP", "aSRP", "kSRP", "SUITEB128",
        "SUITEB192", "ARIA", "ARIA128", "ARIA256", "ARIAGCM", "GOST94", "GOST89MAC", "aGOST", "aGOST01", "kGOST", "GOST", "GOST89", "kDHr",
        "kDHd", "kDH", "kECDHr", "kECDHe", "kECDH", "aDH", "aECDH",
    ];

    private readonly List<CipherSuite> _wanted = [];
    private readonly List<CipherSuite> _available = [.. CipherSuites.Tls12];
    private readonly List<string> _unknown = [];

    private CipherExpression(string text)
    {
        foreach (var element in text.Split([':', ',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            Take(element);
        }
    }

    /// <summary>The suites, the most wanted first.</summary>
    public IReadOnlyList<CipherSuite> Suites => _wanted;

    /// <summary>Words that mean nothing.</summary>
    public IReadOnlyList<string> UnknownWords => _unknown;

    /// <summary>Reads a list.</summary>
    public static CipherExpression Read(string text) => new(text);

    private void Take(string element)
    {
        if (element == "@STRENGTH")
        {
            var byStrength = _wanted.OrderByDescending(suite => suite.Bits).ToArray();
            _wanted.Clear();
            _wanted.AddRange(byStrength);
            return;
        }

        var hasOperator = element[0] is '!' or '-' or '+';
        if (Find(hasOperator ? element[1..] : element) is not { } named)
        {
            return;
        }

        switch (element[0])
        {
            case '!':
                _wanted.RemoveAll(named.Contains);
                _available.RemoveAll(named.Contains);
                break;
            case '-':
                _wanted.RemoveAll(named.Contains);
                break;
            case '+':
                var last = _wanted.FindAll(named.Contains);
                _wanted.RemoveAll(named.Contains);
                _wanted.AddRange(last);
                break;
            default:
                _wanted.AddRange(_available.Where(suite => named.Contains(suite) && !_wanted.Contains(suite)));
                break;
        }
    }

    // The suites that are all of it; null when a word is unknown.
    private HashSet<CipherSuite>? Find(string words)
    {
        HashSet<CipherSuite> found = [.. CipherSuites.Tls12];
        foreach (var word in words.Split('+'))
        {
            if (!EmptyGroups.Contains(word) && !CipherSuites.Tls12.Any(suite => suite.Is(word)))
            {
                if (!_unknown.Contains(words))
                {
                    _unknown.Add(words);
                }

                return null;
            }

            found.RemoveWhere(suite => !suite.Is(word));
        }

        return found;
    }
}
