using System.Security.Cryptography.X509Certificates;

namespace Pgmux.Core.Configuration;

/// <summary>Says in OpenSSL's words why a chain of certificates does not stand.</summary>
internal static class CertificateProblem
{
    /// <summary>What scripts look for in the log.</summary>
    public const string Prefix = "certificate verify failed: ";

    /// <summary>The worst of what is wrong with the chain.</summary>
    public static string Describe(X509Chain? chain)
    {
        var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        return Prefix + (status.HasFlag(X509ChainStatusFlags.NotTimeValid) ? "certificate has expired or is not yet valid"
            : status.HasFlag(X509ChainStatusFlags.UntrustedRoot) ? "self-signed certificate in certificate chain"
            : status.HasFlag(X509ChainStatusFlags.PartialChain) ? "unable to get local issuer certificate"
            : status.HasFlag(X509ChainStatusFlags.NotSignatureValid) ? "certificate signature failure"
            : status.HasFlag(X509ChainStatusFlags.NotValidForUsage) ? "unsuitable certificate purpose"
            : $"{status}");
    }
}
