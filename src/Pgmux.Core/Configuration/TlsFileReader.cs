using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Pgmux.Core.Configuration.Revocation;

namespace Pgmux.Core.Configuration;

/// <summary>Reads certificates and keys in PEM, for connections of clients and to servers alike.</summary>
/// <param name="fault">Where faults go: the setting that names the file, and what is wrong with it.</param>
internal sealed class TlsFileReader(Action<string, string> fault)
{
    /// <summary>The name that PostgreSQL's clients and servers tell by ALPN (PostgreSQL 17).</summary>
    public static readonly SslApplicationProtocol Postgresql = new("postgresql");

    /// <summary>A certificate with its chain takes some KiB, the collection of a system 200 KiB.</summary>
    private const long LargestFileBytes = 16 * 1024 * 1024;

    private byte[] _digest = [];

    /// <summary>Whether something was wrong with one of the files.</summary>
    public bool HasFault { get; private set; }

    /// <summary>A hash of all that has been read so far: equal when the files have not changed.</summary>
    public string Fingerprint => Convert.ToHexString(_digest);

    /// <summary>A certificate with its chain and its key; null when something is wrong with one of the files.</summary>
    /// <param name="certificateSetting">The setting that names the file with the certificate; the ones between it and the root may follow it.</param>
    /// <param name="certificatePath">That file.</param>
    /// <param name="keySetting">The setting that names the file with the key.</param>
    /// <param name="keyPath">That file.</param>
    public SslStreamCertificateContext? ReadCertificate(string certificateSetting, string certificatePath, string keySetting, string keyPath)
    {
        var chain = ReadText(certificateSetting, certificatePath);
        var key = ReadText(keySetting, keyPath);
        if (chain is null || key is null)
        {
            return null;
        }

        try
        {
            var further = new X509Certificate2Collection();
            further.ImportFromPem(chain);
            using var fromPem = X509Certificate2.CreateFromPem(chain, key);
            if (fromPem.NotAfter.ToUniversalTime() < TimeProvider.System.GetUtcNow())
            {
                Fault(certificateSetting, $"the certificate in \"{certificatePath}\" has expired on {fromPem.NotAfter:yyyy-MM-dd}");
                return null;
            }

            return SslStreamCertificateContext.Create(new X509Certificate2(fromPem), further, offline: true);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // What the exception says is a name of a text that the program does not bring along.
            Fault(certificateSetting, $"\"{certificatePath}\" and {keySetting} \"{keyPath}\" are no certificate and its key in PEM");
            return null;
        }
    }

    /// <summary>Certificates of authorities, at least one; null when something is wrong with the file.</summary>
    /// <param name="setting">The setting that names the file.</param>
    /// <param name="path">The file.</param>
    public X509Certificate2Collection? ReadAuthorities(string setting, string path)
    {
        if (ReadText(setting, path) is not { } pem)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            Fault(setting, $"\"{path}\" has a certificate that is broken");
            return null;
        }

        if (authorities.Count == 0)
        {
            Fault(setting, $"\"{path}\" has no certificate in PEM");
            return null;
        }

        return authorities;
    }

    /// <summary>Lists of revoked certificates, at least one; null when something is wrong with the file.</summary>
    /// <param name="setting">The setting that names the file.</param>
    /// <param name="path">The file.</param>
    public Revocations? ReadRevocations(string setting, string path)
    {
        const string Label = "X509 CRL";
        if (ReadText(setting, path) is not { } pem)
        {
            return null;
        }

        var lists = new List<RevocationList>();
        for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..])
        {
            if (!rest[found.Label].SequenceEqual(Label))
            {
                continue;
            }

            var encoded = Convert.FromBase64String(rest[found.Base64Data].ToString());
            if (RevocationListReader.Read(encoded, out var problem) is not { } list)
            {
                Fault(setting, $"\"{path}\" {problem}");
                return null;
            }

            lists.Add(list);
        }

        if (lists.Count == 0)
        {
            Fault(setting, $"\"{path}\" has no CRL in PEM");
            return null;
        }

        return new Revocations(lists);
    }

    private string? ReadText(string setting, string path)
    {
        if (BoundedFile.Read(path, LargestFileBytes, out var problem) is not { } bytes)
        {
            Fault(setting, $"\"{path}\" {problem}");
            return null;
        }

        _digest = SHA256.HashData([.. _digest, .. SHA256.HashData(bytes)]);
        return Encoding.ASCII.GetString(bytes);
    }

    private void Fault(string setting, string problem)
    {
        HasFault = true;
        fault(setting, problem);
    }
}
