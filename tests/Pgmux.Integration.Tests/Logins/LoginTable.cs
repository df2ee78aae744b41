namespace Pgmux.Integration.Tests.Logins;

/// <summary>Which logins succeed: what pgmux can prove to the server follows from what stands in auth_file and what the client has shown.</summary>
internal static class LoginTable
{
    /// <summary>Values of auth_type.</summary>
    public static readonly string[] ClientMethods = ["trust", "plain", "md5", "scram-sha-256"];

    /// <summary>How the server lets a role in.</summary>
    public static readonly string[] ServerMethods = ["trust", "password", "md5", "scram-sha-256"];

    /// <summary>What auth_file holds for a user: a name without a secret, or one of a kind.</summary>
    public static readonly string[] Secrets = ["none", "plain", "md5", "scram"];

    /// <summary>Whether the client gets past pgmux.</summary>
    public static bool LetsIn(string clientMethod, string secret, bool isRight) => clientMethod switch
    {
        "trust" => true,
        "plain" => isRight && secret != "none",

        // A SCRAM secret is checked by SCRAM, as in PgBouncer.
        "md5" => isRight && secret != "none",
        _ => isRight && (secret is "plain" or "scram"),
    };

    /// <summary>Whether pgmux can then log in to the server as the same user.</summary>
    public static bool LetsOn(string clientMethod, string secret, string serverMethod)
    {
        var hasPassword = secret == "plain" || clientMethod == "plain";
        return serverMethod switch
        {
            "trust" => true,
            "password" => hasPassword,
            "md5" => hasPassword || secret == "md5",

            // The keys of the client's own proof go with the secret that the server has.
            _ => hasPassword || (secret == "scram" && (clientMethod is "md5" or "scram-sha-256")),
        };
    }
}
