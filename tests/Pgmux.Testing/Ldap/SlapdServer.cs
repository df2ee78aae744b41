using System.Globalization;
using System.Net.Sockets;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Ldap;

/// <summary>
/// OpenLDAP's server with a directory of its own: entries below dc=example,dc=net, in clear, with StartTLS and with TLS. tests/run.sh puts
/// the program in place and names it.
/// </summary>
internal sealed class SlapdServer : IAsyncDisposable
{
    /// <summary>Where all entries are.</summary>
    public const string BaseDn = "dc=example,dc=net";

    /// <summary>Who may search.</summary>
    public const string AdminDn = "cn=admin," + BaseDn;

    /// <summary>With which password.</summary>
    public const string AdminPassword = "search-secret";

    /// <summary>The variable with the path of the program.</summary>
    public const string ProgramVariable = "PGMUX_SLAPD";

    private readonly TemporaryFolder _folder = new();
    private ManagedProcess? _process;

    private SlapdServer()
    {
    }

    /// <summary>The program; null where there is none.</summary>
    public static string? Program { get; } = new[] { Environment.GetEnvironmentVariable(ProgramVariable), "/usr/sbin/slapd" }.FirstOrDefault(File.Exists);

    /// <summary>Port of ldap.</summary>
    public int Port { get; } = FreePort.Take();

    /// <summary>Port of ldaps.</summary>
    public int TlsPort { get; } = FreePort.Take();

    /// <summary>The authority that has signed its certificate, which is for localhost.</summary>
    public string CaFile => _folder.File("ca.pem");

    /// <summary>Starts it with entries, as name, uid and password; who is named differently may have the uid of another.</summary>
    public static async Task<SlapdServer> StartAsync(params (string Name, string Uid, string Password)[] people)
    {
        var server = new SlapdServer();
        try
        {
            await server.LaunchAsync(people);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task LaunchAsync((string Name, string Uid, string Password)[] people)
    {
        using (var authority = new TestAuthority("LDAP tests"))
        {
            authority.Write(_folder);
            authority.Sign("localhost", "localhost").Write(_folder, "server");
        }

        // Debian's package, be it installed or unpacked.
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Program!)!, "../.."));
        Directory.CreateDirectory(_folder.File("db"));
        UnprivilegedUser.Own(_folder.File("db"));
        var configuration = _folder.Write("slapd.conf", $"""
            include {root}/etc/ldap/schema/core.schema
            include {root}/etc/ldap/schema/cosine.schema
            include {root}/etc/ldap/schema/inetorgperson.schema
            modulepath {root}/usr/lib/ldap
            moduleload back_mdb
            TLSCACertificateFile {CaFile}
            TLSCertificateFile {_folder.File("server.crt")}
            TLSCertificateKeyFile {_folder.File("server.key")}
            database mdb
            suffix "{BaseDn}"
            rootdn "{AdminDn}"
            rootpw {AdminPassword}
            directory {_folder.File("db")}

            """);
        var entries = _folder.Write("entries.ldif", string.Concat(people.Select(person => $"""
            dn: uid={person.Name},{BaseDn}
            objectClass: inetOrgPerson
            uid: {person.Name}{(person.Uid == person.Name ? "" : $"\nuid: {person.Uid}")}
            cn: {person.Name}
            sn: {person.Name}
            userPassword: {person.Password}


            """).Prepend($"""
            dn: {BaseDn}
            objectClass: dcObject
            objectClass: organization
            dc: example
            o: example


            """)));
        await using (var adding = ManagedProcess.Start(_folder, "slapadd", Program!, ["-T", "add", "-f", configuration, "-l", entries]))
        {
            if (await adding.WaitForExitAsync() != 0)
            {
                throw new InvalidOperationException($"slapadd failed:\n{adding.Output}");
            }
        }

        string[] addresses = [Address("ldap", Port), Address("ldaps", TlsPort)];
        _process = ManagedProcess.Start(_folder, "slapd", Program!, ["-d", "0", "-f", configuration, "-h", string.Join(' ', addresses)]);
        await Eventually.HoldsAsync(IsListeningAsync, "slapd listens");
    }

    private static string Address(string scheme, int port) => string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}/");

    private async Task<bool> IsListeningAsync()
    {
        if (_process!.HasExited)
        {
            throw new InvalidOperationException($"slapd has ended:\n{_process.Output}");
        }

        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync("127.0.0.1", TlsPort);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
