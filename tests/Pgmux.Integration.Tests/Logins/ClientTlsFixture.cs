using Pgmux.Testing.Certificates;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Tests of encrypted clients, with an authority and a certificate for localhost.</summary>
internal abstract class ClientTlsFixture(int postgres) : PgmuxFixture(postgres)
{
    protected TestAuthority Authority { get; } = new("pgmux tests");

    protected TemporaryFolder Folder { get; } = new();

    protected string CaFile => Folder.File("ca.pem");

    [OneTimeSetUp]
    public void WriteCertificates()
    {
        Authority.Write(Folder);
        Authority.Sign("localhost", "localhost", "127.0.0.1").Write(Folder, "server");
    }

    [OneTimeTearDown]
    public void RemoveCertificates()
    {
        Folder.Dispose();
        Authority.Dispose();
    }

    /// <summary>Starts pgmux with TLS for clients, who are trusted unless a setting says otherwise.</summary>
    protected Task StartTlsAsync(params (string Key, string Value)[] settings) => StartAsync(Settings(settings));

    protected PgmuxSettings Settings(params (string Key, string Value)[] settings)
    {
        (string Key, string Value)[] common =
        [
            ("auth_type", "trust"),
            ("client_tls_sslmode", "prefer"),
            ("client_tls_cert_file", Folder.File("server.crt")),
            ("client_tls_key_file", Folder.File("server.key")),
        ];
        return PgmuxSettings.For(Cluster, [.. common.ExceptBy(settings.Select(setting => setting.Key), setting => setting.Key), .. settings]);
    }

    /// <summary>A certificate for a client as files that libpq takes.</summary>
    protected (string Certificate, string Key) WriteClient(string name, TestCertificate certificate)
    {
        var files = certificate.Write(Folder, name);
        File.SetUnixFileMode(files.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return files;
    }

    /// <summary>Whether psql with this certificate, or none, is served.</summary>
    protected async Task<bool> IsServedAsync(string user, (string Certificate, string Key)? certificate = null, string sslMode = "verify-full")
    {
        var tool = new ToolRunner(Pgmux, Testing.Postgres.PostgresRole.App with { Name = user }).With(
            ("PGSSLMODE", sslMode), ("PGSSLROOTCERT", CaFile), ("PGHOST", "localhost"),
            ("PGSSLCERT", certificate?.Certificate ?? Folder.File("none.crt")), ("PGSSLKEY", certificate?.Key ?? Folder.File("none.key")));
        var result = await tool.PsqlAsync("-c", "SELECT 'served'");
        return result.ExitCode == 0 && result.Output.Contains("served", StringComparison.Ordinal);
    }
}
