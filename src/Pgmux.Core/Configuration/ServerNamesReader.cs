using System.Net.Security;

namespace Pgmux.Core.Configuration;

/// <summary>Reads client_tls_sni_dir: for each host NAME.crt, the certificate with its chain, and NAME.key beside it.</summary>
/// <param name="files">Reads the files.</param>
/// <param name="fault">Where faults go.</param>
internal sealed class ServerNamesReader(TlsFileReader files, Action<string, string> fault)
{
    private const string Setting = "client_tls_sni_dir";
    private const string CertificateEnd = ".crt";

    /// <summary>
    /// All are kept ready, at some 50 KiB each with what OpenSSL makes of them; who serves more hosts than this has a certificate with a
    /// wildcard for them.
    /// </summary>
    public const int MostCertificates = 1000;

    /// <summary>The certificates; null when the folder cannot be read, or has too many. Other faults are in the files' reader.</summary>
    /// <param name="folder">The folder.</param>
    public ServerNames? Read(string folder)
    {
        string[] paths;
        try
        {
            paths = Directory.GetFiles(folder, $"*{CertificateEnd}");
        }
        catch (Exception e) when (FileProblem.IsExpected(e))
        {
            fault(Setting, $"\"{folder}\" cannot be read: {FileProblem.Describe(e)}");
            return null;
        }

        if (paths.Length > MostCertificates)
        {
            fault(Setting, $"\"{folder}\" has {paths.Length} certificates; at most {MostCertificates} are read");
            return null;
        }

        var byName = new Dictionary<string, SslStreamCertificateContext>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            if (files.ReadCertificate(Setting, path, Setting, Path.ChangeExtension(path, ".key")) is { } certificate
                && !byName.TryAdd(Path.GetFileNameWithoutExtension(path), certificate))
            {
                fault(Setting, $"\"{path}\" differs from another file by the case of its letters only, which hosts do not");
            }
        }

        return new ServerNames(byName);
    }
}
