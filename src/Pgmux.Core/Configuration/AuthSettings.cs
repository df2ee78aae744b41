using Pgmux.Core.Configuration.Ldap;
using Pgmux.Core.Configuration.Passwords;
using static Pgmux.Core.Configuration.SettingRow;

namespace Pgmux.Core.Configuration;

/// <summary>Settings of authentication.</summary>
internal static class AuthSettings
{
    /// <summary>A login that derives keys this often takes seconds; servers are held to the same number.</summary>
    private const int MostScramIterations = 1_000_000;

    /// <summary>The values of auth_type.</summary>
    public static readonly ChoiceType<AuthType> AuthTypes = new(
        [
            ("any", AuthType.Any),
            ("trust", AuthType.Trust),
            ("plain", AuthType.Plain),
            ("md5", AuthType.Md5),
            ("scram-sha-256", AuthType.ScramSha256),
            ("cert", AuthType.Cert),
            ("hba", AuthType.Hba),
            ("pam", AuthType.Pam),
            ("ldap", AuthType.Ldap),
        ])
    {
        Elsewhere = new Dictionary<string, string>
        {
            ["jwt"] = "jwt stands in lines of auth_hba_file, with auth_type = hba",
            ["oauth"] = "oauth stands in lines of auth_hba_file, with auth_type = hba",
            ["peer"] = "peer stands in lines of auth_hba_file, with auth_type = hba",
        },
    };

    /// <summary>The rows.</summary>
    public static readonly Setting[] All =
    [
        Row("auth_type", "md5", AuthTypes, o => o.AuthType, (o, v) => o with { AuthType = v }),
        Text("auth_file", null, o => o.AuthFile, (o, v) => o with { AuthFile = v }),
        Text("auth_hba_file", "", o => o.AuthHbaFile, (o, v) => o with { AuthHbaFile = v! }),
        Text("auth_ident_file", null, o => o.AuthIdentFile, (o, v) => o with { AuthIdentFile = v }),
        Text("auth_user", null, o => o.AuthUser, (o, v) => o with { AuthUser = v }),
        Text("auth_dbname", null, o => o.AuthDbname, (o, v) => o with { AuthDbname = v }),
        Row("auth_ldap_options", null, new LdapOptionsType(), o => o.AuthLdapOptions, (o, v) => o with { AuthLdapOptions = v }),
        Seconds("auth_failure_delay", "0", o => o.AuthFailureDelay, (o, v) => o with { AuthFailureDelay = v }),
        Count("auth_max_failures", "0", o => o.AuthMaxFailures, (o, v) => o with { AuthMaxFailures = v }),
        Text("auth_query", PgmuxOptions.DefaultAuthQuery, o => o.AuthQuery, (o, v) => o with { AuthQuery = v! }),
        Seconds("auth_query_cache_age", "0", o => o.AuthQueryCacheAge, (o, v) => o with { AuthQueryCacheAge = v }),
        Row("password_command", null, new PasswordCommandType(), o => o.PasswordCommand, (o, v) => o with { PasswordCommand = v }),
        Seconds("password_command_ttl", "0", o => o.PasswordCommandTtl, (o, v) => o with { PasswordCommandTtl = v }),
        Seconds("password_command_timeout", "0", o => o.PasswordCommandTimeout, (o, v) => o with { PasswordCommandTimeout = v }),
        Row("scram_iterations", "4096", new IntegerType(1, MostScramIterations), o => o.ScramIterations, (o, v) => o with { ScramIterations = v }),
    ];
}
