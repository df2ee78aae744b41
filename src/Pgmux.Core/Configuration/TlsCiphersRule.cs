using Pgmux.Core.Configuration.Ciphers;

namespace Pgmux.Core.Configuration;

/// <summary>What is written of ciphers and curves and has no effect is said.</summary>
internal sealed class TlsCiphersRule : IOptionsRule
{
    private const string CurveSetting = "client_tls_ecdhcurve";
    private const string ParametersSetting = "client_tls_dheparams";

    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        var options = snapshot.Options;
        CheckWords("client_tls_ciphers", options.ClientTlsCiphers);
        CheckWords("client_tls13_ciphers", options.ClientTls13Ciphers);
        CheckWords("server_tls_ciphers", options.ServerTlsCiphers);
        CheckWords("server_tls13_ciphers", options.ServerTls13Ciphers);
        foreach (var database in snapshot.AllDatabases())
        {
            WarnOf(database.ServerTls.Ciphers, $"database {database.Name}: server_tls_ciphers", database.Location, warnings);
            WarnOf(database.ServerTls.Tls13Ciphers, $"database {database.Name}: server_tls13_ciphers", database.Location, warnings);
        }

        var curve = SettingTable.Find(CurveSetting)!.Print(options);
        if (curve is not ("auto" or ""))
        {
            warnings.Add(snapshot.LocationOf(CurveSetting).Fault(
                $"{CurveSetting} = {curve} has no effect: .NET sets no curves, and those of the system's OpenSSL are used (Groups in openssl.cnf)"));
        }

        // Without parameters there is no DHE: what "none" asks for.
        var parameters = SettingTable.Find(ParametersSetting)!.Print(options);
        if (parameters is not ("auto" or "none" or ""))
        {
            warnings.Add(snapshot.LocationOf(ParametersSetting).Fault(
                $"{ParametersSetting} = {parameters} has no effect: .NET sets no parameters, and clients are offered ECDHE in place of DHE"));
        }

        void CheckWords(string setting, TlsCiphers? ciphers) => WarnOf(ciphers, setting, snapshot.LocationOf(setting), warnings);
    }

    private static void WarnOf(TlsCiphers? ciphers, string what, SourceLocation location, ICollection<ConfigFault> warnings)
    {
        if (ciphers is { UnknownWords: [_, ..] unknown })
        {
            warnings.Add(location.Fault($"{what}: passed over, as OpenSSL does what it does not know: {string.Join(", ", unknown)}"));
        }
    }
}
