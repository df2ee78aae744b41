using System.Security.Cryptography.X509Certificates;

namespace Pgmux.Core.Configuration.Revocation;

/// <summary>
/// The lists of a CRL file, one of each authority. They are asked about every certificate of a chain, as PostgreSQL has OpenSSL do it
/// (X509_V_FLAG_CRL_CHECK_ALL): an authority without a list, or with one that is too old, vouches for nobody.
/// </summary>
internal sealed class Revocations
{
    private readonly Dictionary<string, RevocationList> _byIssuer = [];

    /// <param name="lists">The lists; of an authority's several the newest counts.</param>
    public Revocations(IEnumerable<RevocationList> lists)
    {
        foreach (var list in lists.OrderBy(list => list.ThisUpdate))
        {
            _byIssuer[Convert.ToHexString(list.Issuer)] = list;
        }
    }

    /// <summary>Of how many authorities there are lists.</summary>
    public int Count => _byIssuer.Count;

    /// <summary>When the first of the lists is too old; null where none says so.</summary>
    public DateTimeOffset? Expiry => _byIssuer.Values.Min(list => list.NextUpdate);

    /// <summary>Whether one of the lists is too old.</summary>
    public bool IsExpired => Expiry < TimeProvider.System.GetUtcNow();

    /// <summary>Why a chain must not be trusted, in OpenSSL's words; null when it may be. May be called on any thread.</summary>
    public string? ProblemOf(X509Chain chain)
    {
        var now = TimeProvider.System.GetUtcNow();
        var certificates = chain.ChainElements;
        for (var i = 0; i < certificates.Count; i++)
        {
            // The last of a chain has signed itself.
            var certificate = certificates[i].Certificate;
            var issuer = certificates[Math.Min(i + 1, certificates.Count - 1)].Certificate;
            if (ProblemOf(certificate, issuer, now) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? ProblemOf(X509Certificate2 certificate, X509Certificate2 issuer, DateTimeOffset now) =>
        !_byIssuer.TryGetValue(Convert.ToHexString(certificate.IssuerName.RawData), out var list) ? "unable to get certificate CRL"
        : !list.IsSignedBy(issuer) ? "CRL signature failure"
        : list.ThisUpdate > now ? "CRL is not yet valid"
        : list.NextUpdate < now ? "CRL has expired"
        : list.Serials.Contains(RevocationList.NumberOf(certificate.SerialNumberBytes.Span)) ? "certificate revoked"
        : null;
}
