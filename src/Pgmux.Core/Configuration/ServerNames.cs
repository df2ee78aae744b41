using System.Collections.Frozen;
using System.Net.Security;

namespace Pgmux.Core.Configuration;

/// <summary>Certificates by the name that a client asks for (SNI): those of client_tls_sni_dir.</summary>
/// <param name="byName">By name; one that begins with <c>*.</c> stands for one more label in its place.</param>
internal sealed class ServerNames(IReadOnlyDictionary<string, SslStreamCertificateContext> byName)
{
    private readonly FrozenDictionary<string, SslStreamCertificateContext> _byName = byName.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>How many there are.</summary>
    public int Count => _byName.Count;

    /// <summary>The certificate for a name, the exact one first; null where there is none, and for a client that names nobody.</summary>
    public SslStreamCertificateContext? Find(string name)
    {
        if (name.Length == 0)
        {
            return null;
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return _byName.TryGetValue(name, out var exact) ? exact
            : dot > 0 && _byName.TryGetValue($"*{name[dot..]}", out var wild) ? wild
            : null;
    }
}
