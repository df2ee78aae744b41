using Pgmux.Core.Authentication;
using Pgmux.Core.Clients;
using Pgmux.Core.Pooling;
using Pgmux.Protocol;

namespace Pgmux.Core.Handover;

/// <summary>Carries what clients have shown for the logins of servers from one process to the other.</summary>
internal static class PoolSecretsExchange
{
    /// <summary>A pool's secrets, written down; null when it has none.</summary>
    public static PoolSecrets? Describe(PoolKey pool, ServerCredentials shown, string? token) =>
        shown.IsEmpty && token is null ? null : new PoolSecrets
        {
            Database = pool.Database,
            User = pool.User,
            Password = shown.Password,
            Md5Secret = shown.Md5Secret,
            HasScramSecret = shown.HasScramSecret,
            ClientKey = shown.ScramKeys?.ClientKey.ToArray(),
            ServerKey = shown.ScramKeys?.ServerKey.ToArray(),
            Token = token,
        };

    /// <summary>Gives them to the pool here; a database that is none any more has no use for them.</summary>
    public static void Take(ClientEnvironment environment, PoolSecrets secrets)
    {
        var configuration = environment.Configuration.Current;
        if (configuration.FindDatabase(secrets.Database) is not { } database)
        {
            return;
        }

        var keys = secrets is { ClientKey: { } clientKey, ServerKey: { } serverKey } ? new ScramKeys(clientKey, serverKey) : null;
        var pool = environment.Pools.GetOrAdd(configuration, database, secrets.User);
        pool.OfferCredentials(ServerCredentials.Shown(secrets.Password, secrets.Md5Secret, secrets.HasScramSecret, keys));
        if (secrets.Token is { } token)
        {
            pool.OfferToken(token);
        }
    }
}
