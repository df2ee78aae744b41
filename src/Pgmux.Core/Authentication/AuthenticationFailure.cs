using Pgmux.Core.Authentication.OAuth;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;
using Pgmux.Transport.Pam;

namespace Pgmux.Core.Authentication;

/// <summary>
/// Why a client's login failed. What the client is told is the same whether the user exists or not; what the log says is more exact.
/// </summary>
/// <param name="Error">What the client is told.</param>
/// <param name="Reason">Why, for the log.</param>
internal sealed record AuthenticationFailure(ErrorFields Error, string Reason)
{
    /// <summary>Whether another stored secret might have let the client in: its answer was no error by itself.</summary>
    public bool DependsOnSecret { get; private init; }

    /// <summary>
    /// Whether it counts for auth_max_failures. It does not where whoever judges passwords could not be asked: an address would be kept out
    /// when the directory is back.
    /// </summary>
    public bool IsGuess { get; private init; } = true;

    /// <summary>Whether the client has not tried to log in, and only asked where tokens are to be had: not worth a warning, nor a guess.</summary>
    public bool IsDiscovery { get; private init; }

    // PgBouncer's texts, PostgreSQL's codes.
    private const string PasswordText = "password authentication failed";
    private const string PamText = "auth failed";
    private const string SaslText = "SASL authentication failed";
    private const string TrustText = "\"trust\" authentication failed";
    private const string EmptyText = "empty password returned by client";
    private const string PeerText = "unix socket login rejected";
    private const string CertificateText = "certificate authentication failed";
    private const string LdapText = "LDAP authentication failed";
    private const string RejectedText = "login rejected";
    private const string NoMethodText = "no authentication method is found";
    private const string MechanismText = "client selected an invalid SASL authentication mechanism";

    /// <summary>A password in clear or an md5 answer was wrong, or can never be right for the given reason.</summary>
    public static AuthenticationFailure WrongPassword(string? reason) =>
        new(ErrorFields.Fatal(SqlState.InvalidPassword, PasswordText), reason ?? PasswordText) { DependsOnSecret = true };

    /// <summary>A SCRAM proof was wrong, or can never be right for the given reason.</summary>
    public static AuthenticationFailure WrongProof(string? reason) =>
        new(ErrorFields.Fatal(SqlState.InvalidPassword, SaslText), reason ?? SaslText) { DependsOnSecret = true };

    /// <summary>
    /// auth_max_failures: the password is not even asked for. What the client is told is what a wrong password is told.
    /// </summary>
    public static AuthenticationFailure TooManyFailures(ClientLogin login)
    {
        const string Reason = "too many failed logins from this address (auth_max_failures)";
        return login.Method switch
        {
            AuthType.ScramSha256 => WrongProof(Reason),
            AuthType.Pam => RefusedByPam(new PamRefusal(Reason, IsDecision: false)),
            AuthType.Ldap => WrongInDirectory(Reason, isDecided: false),
            AuthType.Jwt or AuthType.OAuth => WrongToken(login.User, Reason),
            _ => WrongPassword(Reason),
        };
    }

    /// <summary>PAM has refused the login. PostgreSQL's code for it.</summary>
    public static AuthenticationFailure RefusedByPam(PamRefusal refusal) =>
        new(ErrorFields.Fatal(SqlState.InvalidAuthorizationSpecification, PamText), refusal.Reason) { IsGuess = refusal.IsDecision };

    /// <summary>As many logins wait for PAM as may.</summary>
    public static AuthenticationFailure PamIsBusy(int limit) => new(
        ErrorFields.Fatal(SqlState.TooManyConnections, "too many logins wait for PAM, try again later"),
        $"{limit} logins wait for PAM already; see what its modules wait for");

    /// <summary>The client sent what SCRAM does not allow.</summary>
    public static AuthenticationFailure MalformedSasl() =>
        new(ErrorFields.Fatal(SqlState.ProtocolViolation, SaslText), "malformed SCRAM message");

    /// <summary>What the client has bound its login to is not this connection: somebody stands between. PostgreSQL's code.</summary>
    public static AuthenticationFailure WrongBinding() => new(
        ErrorFields.Fatal(SqlState.InvalidAuthorizationSpecification, "SCRAM channel binding check failed"),
        "the login is bound to another certificate than the one that this client was shown");

    /// <summary>The client could bind its login and was made to believe that pgmux cannot. PostgreSQL's text and code.</summary>
    public static AuthenticationFailure Downgrade() => new(
        ErrorFields.Fatal(SqlState.InvalidAuthorizationSpecification, "SCRAM channel binding negotiation error"),
        "the client has not seen that channel binding was offered");

    /// <summary>The client chose a mechanism that was not offered.</summary>
    public static AuthenticationFailure UnknownMechanism() =>
        new(ErrorFields.Fatal(SqlState.ProtocolViolation, MechanismText), MechanismText);

    /// <summary>The directory does not let the user in, or cannot be asked.</summary>
    public static AuthenticationFailure WrongInDirectory(string reason, bool isDecided) =>
        new(ErrorFields.Fatal(SqlState.InvalidAuthorizationSpecification, LdapText), reason) { IsGuess = isDecided };

    /// <summary>The token does not let the user in. PostgreSQL's text and code.</summary>
    public static AuthenticationFailure WrongToken(string user, string reason) => new(
        ErrorFields.Fatal(SqlState.InvalidAuthorizationSpecification, $"OAuth bearer authentication failed for user \"{user}\""), reason);

    /// <summary>The same with the words of whoever was asked.</summary>
    public static AuthenticationFailure WrongToken(string user, TokenVerdict verdict) => verdict.Error is { } error
        ? new AuthenticationFailure(error, "by the server") { IsGuess = verdict.IsJudged }
        : WrongToken(user, verdict.Reason);

    /// <summary>The client had no token, and knows now where to get one. PostgreSQL's text and code.</summary>
    public static AuthenticationFailure TokenDiscovery(string user) =>
        WrongToken(user, "OAuth issuer discovery requested") with { IsDiscovery = true, IsGuess = false };

    /// <summary>The client sent what OAUTHBEARER does not allow. PostgreSQL's text and code.</summary>
    public static AuthenticationFailure MalformedOAuth(string detail) =>
        new(ErrorFields.Fatal(SqlState.ProtocolViolation, "malformed OAUTHBEARER message").WithDetail(detail), detail);

    /// <summary>The client wants to be another one than it proves. PostgreSQL's text and code.</summary>
    public static AuthenticationFailure UnsupportedIdentity(string text) => new(ErrorFields.Fatal(SqlState.FeatureNotSupported, text), text);

    /// <summary>Nobody has an empty password.</summary>
    public static AuthenticationFailure EmptyPassword() =>
        new(ErrorFields.Fatal(SqlState.InvalidPassword, EmptyText), EmptyText);

    /// <summary>No password is asked for, and the user does not exist.</summary>
    public static AuthenticationFailure NotTrusted(string reason) =>
        new(ErrorFields.Fatal(SqlState.InvalidAuthorizationSpecification, TrustText), reason) { DependsOnSecret = true };

    /// <summary>The system user at the other end of the Unix socket is not the user, or there is none.</summary>
    public static AuthenticationFailure WrongPeer(string reason) =>
        new(ErrorFields.Fatal(SqlState.InvalidAuthorizationSpecification, PeerText), reason);

    /// <summary>The certificate does not name the user, or there is none.</summary>
    public static AuthenticationFailure WrongCertificate(string reason) =>
        new(ErrorFields.Fatal(SqlState.InvalidAuthorizationSpecification, CertificateText), reason);

    /// <summary>The line of the HBA file wants a certificate beside the login, and none was shown. PostgreSQL's text.</summary>
    public static AuthenticationFailure NoCertificate(string reason) => new(
        ErrorFields.Fatal(SqlState.InvalidAuthorizationSpecification, "connection requires a valid client certificate"), reason);

    /// <summary>The line of the HBA file that is about the client says so.</summary>
    public static AuthenticationFailure Rejected(SourceLocation? rule) => new(
        ErrorFields.Fatal(SqlState.InvalidAuthorizationSpecification, RejectedText),
        rule is null ? RejectedText : $"by {rule.File}:{rule.Line}");

    /// <summary>No line of the HBA file is about the client.</summary>
    public static AuthenticationFailure NoMethod() => new(
        ErrorFields.Fatal(SqlState.InvalidAuthorizationSpecification, NoMethodText),
        "no line of auth_hba_file is about this database, user and address");
}
