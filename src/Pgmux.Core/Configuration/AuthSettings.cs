using static Pgmux.Core.Configuration.SettingRow;

namespace Pgmux.Core.Configuration;

/// <summary>Settings of authentication.</summary>
internal static class AuthSettings
{
    private const string DefaultAuthQuery =
        "SELECT rolname, CASE WHEN rolvaliduntil < now() THEN NULL ELSE rolpassword END FROM pg_authid WHERE rolname=$1 AND rolcanlogin";

    /// <summary>A login that derives keys this often takes seconds; servers are held to the same number.</summary>
    private const int MostScramIterations = 1_000_000;

    private static readonly ChoiceType<AuthType> AuthTypes = new(
        [
            ("any", AuthType.Any),
            ("trust", AuthType.Trust),
            ("plain", AuthType.Plain),
            ("md5", AuthType.Md5),
            ("scram-sha-256", AuthType.ScramSha256),
            ("cert", AuthType.Cert),
            ("hba", AuthType.Hba),
        ],
        "ldap",
        "pam");

    /// <summary>The rows.</summary>
    public static readonly Setting[] All =
    [
        Row("auth_type", "md5", AuthTypes, o => o.AuthType, (o, v) => o with { AuthType = v }),
        Text("auth_file", null, o => o.AuthFile, (o, v) => o with { AuthFile = v }),
        Text("auth_hba_file", "", o => o.AuthHbaFile, (o, v) => o with { AuthHbaFile = v! }),
        Text("auth_ident_file", null, o => o.AuthIdentFile, (o, v) => o with { AuthIdentFile = v }),
        TextNotYet("auth_user", null),
        TextNotYet("auth_dbname", null),
        TextNotYet("auth_ldap_options", null),
        TextNotYet("auth_query", DefaultAuthQuery),
        Seconds("auth_failure_delay", "0", o => o.AuthFailureDelay, (o, v) => o with { AuthFailureDelay = v }),
        Count("auth_max_failures", "0", o => o.AuthMaxFailures, (o, v) => o with { AuthMaxFailures = v }),
        Row("scram_iterations", "4096", new IntegerType(1, MostScramIterations), o => o.ScramIterations, (o, v) => o with { ScramIterations = v }),
    ];
}
