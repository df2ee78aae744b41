using Pgmux.Core.Configuration;

namespace Pgmux.Core.Authentication;

/// <summary>
/// Logins without a password, by what is known of the connection: the system user at the other end of the Unix socket, or the names of a
/// certificate. Each must be the user's name, or be mapped to it. Whether the user exists is never told.
/// </summary>
internal static class IdentityCheck
{
    /// <summary>Why the login fails; null when it succeeds.</summary>
    public static AuthenticationFailure? Check(ClientLogin login)
    {
        var isPeer = login.Method == AuthType.Peer;
        var reason = isPeer ? RefusePeer(login) : RefuseCertificate(login);
        if (reason is null && login.Secret is null)
        {
            reason = ClientAuthenticator.NoSuchUser;
        }

        return reason is null ? null
            : isPeer ? AuthenticationFailure.WrongPeer(reason)
            : AuthenticationFailure.WrongCertificate(reason);
    }

    private static string? RefusePeer(ClientLogin login)
    {
        if (login.Origin.Peer is not { } peer)
        {
            return "the client has not come over the Unix socket";
        }

        return login.SystemUser is not { } name ? $"user id {peer.UserId} has no name"
            : IsMapped(login, name) ? null
            : $"system user \"{name}\" is {WhatItIsNot(login)}";
    }

    private static string? RefuseCertificate(ClientLogin login)
    {
        if (!login.Origin.IsEncrypted)
        {
            return "TLS connection required";
        }

        if (login.Origin.CertificateNames is not { } names)
        {
            return "TLS client certificate required";
        }

        foreach (var name in names)
        {
            if (IsMapped(login, name))
            {
                return null;
            }
        }

        return $"TLS certificate name mismatch: each of its {names.Count} names is {WhatItIsNot(login)}";
    }

    private static bool IsMapped(ClientLogin login, string name) => login.Map?.Allows(name, login.User) ?? name == login.User;

    private static string WhatItIsNot(ClientLogin login) =>
        login.Map is { } map ? $"not mapped to the user by ident map {map.Name}" : "not the user's name";
}
