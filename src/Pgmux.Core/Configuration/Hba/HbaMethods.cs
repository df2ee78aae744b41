namespace Pgmux.Core.Configuration.Hba;

/// <summary>The methods that a line of an HBA file may name. any is not among them, as in PgBouncer, which has no pam here either.</summary>
internal static class HbaMethods
{
    private static readonly (string Name, AuthType Method)[] Known =
    [
        ("trust", AuthType.Trust),
        ("reject", AuthType.Reject),
        ("md5", AuthType.Md5),
        ("password", AuthType.Plain),
        ("scram-sha-256", AuthType.ScramSha256),
        ("peer", AuthType.Peer),
        ("cert", AuthType.Cert),
        ("pam", AuthType.Pam),
        ("ldap", AuthType.Ldap),
        ("jwt", AuthType.Jwt),
        ("oauth", AuthType.OAuth),
    ];

    private static readonly string[] OnlyInPostgres = ["ident", "gss", "sspi", "radius", "bsd"];

    private static readonly string Choice = string.Join(", ", Known.Select(known => known.Name));

    /// <summary>The method of that name; <paramref name="problem"/> says why there is none.</summary>
    public static bool TryParse(string name, out AuthType method, out string problem)
    {
        problem = "";
        foreach (var known in Known)
        {
            if (known.Name == name)
            {
                method = known.Method;
                return true;
            }
        }

        method = default;
        problem = Array.IndexOf(OnlyInPostgres, name) >= 0
            ? $"method {name} is PostgreSQL's only; write one of {Choice}"
            : $"unknown method \"{name}\"{NearestName.Hint(name, Known.Select(known => known.Name))}; it must be one of {Choice}";
        return false;
    }
}
