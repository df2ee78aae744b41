using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Authentication;

/// <summary>
/// What is known of the connection: the system user at the other end of the Unix socket, or whom a certificate names. That must be the
/// user's name, letter for letter, or be mapped to it. Whether the user exists is never told.
/// </summary>
internal static class IdentityCheck
{
    private const string NoCertificate = "TLS client certificate required";

    /// <summary>Why a login without a password fails; null when it succeeds.</summary>
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

    /// <summary>
    /// Why a login fails before it has begun, whatever its method: clientcert of the HBA line. PostgreSQL asks for the password first, and
    /// so lets passwords be tried without a certificate. Null when it may go on.
    /// </summary>
    public static AuthenticationFailure? CheckCertificate(ClientLogin login) => login.Rule?.ClientCertificate switch
    {
        null or HbaClientCertificate.NotAsked => null,
        _ when login.Origin.CertificateName is null => AuthenticationFailure.NoCertificate(NoCertificate),
        HbaClientCertificate.VerifyFull when login.Method != AuthType.Cert && login.Origin.CertificateName != login.User =>
            AuthenticationFailure.WrongCertificate(Mismatch(login.Origin.CertificateName, "not the user's name")),
        _ => null,
    };

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

        return login.Origin.CertificateName is not { } name ? NoCertificate
            : IsMapped(login, name) ? null
            : Mismatch(name, WhatItIsNot(login));
    }

    private static string Mismatch(string name, string whatItIsNot) => name.Length == 0
        ? "TLS certificate name mismatch: it has no common name that can be one"
        : $"TLS certificate name mismatch: \"{name}\" is {whatItIsNot}";

    // A certificate that names nobody is nobody's, whatever a map's expression fits.
    private static bool IsMapped(ClientLogin login, string name) =>
        name.Length > 0 && (login.Map?.Allows(name, login.User) ?? name == login.User);

    private static string WhatItIsNot(ClientLogin login) =>
        login.Map is { } map ? $"not mapped to the user by ident map {map.Name}" : "not the user's name";
}
