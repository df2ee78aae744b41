using System.Buffers;
using System.Diagnostics;
using Pgmux.Core.Authentication.Ldap;
using Pgmux.Core.Authentication.OAuth;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;
using Pgmux.Transport.Pam;

namespace Pgmux.Core.Authentication;

/// <summary>
/// Lets one client prove who it is. Without I/O: the caller hands in the bodies of the client's messages, sends what is written, and
/// runs <see cref="Derivation"/> off the loop. AuthenticationOk is the caller's to send: it may have to wait for the server's welcome.
/// </summary>
internal sealed class ClientAuthenticator(ClientLogin login, AuthenticationContext context)
{
    /// <summary>For the log: the user does not exist.</summary>
    public const string NoSuchUser = "no such user";

    private const string NoPassword = "user has no password";
    private const string Md5SecretWithScram = "SCRAM authentication failed: user has MD5 secret";

    private PasswordExchange? _exchange;
    private AuthenticationFailure? _failure;
    private ServerCredentials? _credentials;

    /// <summary>Work to run off the loop before <see cref="Resume(IBufferWriter{byte})"/>, after <see cref="AuthenticationStep.NeedsDerivation"/>.</summary>
    public ScramDerivation? Derivation => _exchange?.Derivation;

    /// <summary>What PAM is to be asked before <see cref="Judge"/>, after <see cref="AuthenticationStep.NeedsPam"/>.</summary>
    public PamLogin? PamLogin => (_exchange as PamExchange)?.Login;

    /// <summary>What to ask the directory before it goes on, after <see cref="AuthenticationStep.NeedsDirectory"/>.</summary>
    public LdapQuestion? Question => _exchange?.Question;

    /// <summary>The token to have judged before it goes on, after <see cref="AuthenticationStep.NeedsTokenCheck"/>.</summary>
    public TokenQuestion? Token => _exchange?.Token;

    /// <summary>Why the login failed, after <see cref="AuthenticationStep.Failed"/>.</summary>
    public AuthenticationFailure? Failure => _failure ?? _exchange?.Failure;

    /// <summary>What pgmux can log in to servers with, after <see cref="AuthenticationStep.Succeeded"/>.</summary>
    public ServerCredentials? Credentials => _credentials ?? _exchange?.Credentials;

    /// <summary>Writes the request for a password, or decides at once where none is asked.</summary>
    public AuthenticationStep Start(IBufferWriter<byte> output)
    {
        if (IdentityCheck.CheckCertificate(login) is { } uncertified)
        {
            return Fail(uncertified);
        }

        switch (login.Method)
        {
            case AuthType.Any:
                _credentials = ServerCredentials.None;
                return AuthenticationStep.Succeeded;
            case AuthType.Trust when login.Secret is null:
                return Fail(AuthenticationFailure.NotTrusted(NoSuchUser));
            case AuthType.Reject:
                return Fail(AuthenticationFailure.Rejected(login.Rule?.Location));
            case AuthType.Hba:
                return Fail(AuthenticationFailure.NoMethod());
            case AuthType.Peer or AuthType.Cert when IdentityCheck.Check(login) is { } failure:
                return Fail(failure);
            case AuthType.Trust or AuthType.Peer or AuthType.Cert:
                _credentials = ServerCredentials.From(login.Secret!);
                return AuthenticationStep.Succeeded;
            default:
                _exchange = CreateExchange();
                _exchange.Start(output);
                return AuthenticationStep.Continue;
        }
    }

    /// <summary>Takes the body of a message of type <see cref="FrontendMessageType.Password"/>.</summary>
    /// <exception cref="ProtocolViolationException">The message breaks the protocol; the client is told so and closed.</exception>
    public AuthenticationStep Handle(ReadOnlySpan<byte> passwordMessageBody, IBufferWriter<byte> output) =>
        Exchange().Handle(passwordMessageBody, output);

    /// <summary>Goes on after <see cref="Derivation"/> has run.</summary>
    public AuthenticationStep Resume(IBufferWriter<byte> output) => Exchange().Resume(output);

    /// <summary>Goes on with PAM's word: why the login is refused, or null.</summary>
    public AuthenticationStep Judge(PamRefusal? refusal) =>
        _exchange is PamExchange pam ? pam.Judge(refusal) : throw new UnreachableException("PAM was not asked");

    /// <summary>Goes on with the answer to <see cref="Question"/>.</summary>
    public AuthenticationStep Resume(LdapVerdict verdict) => Exchange().Resume(verdict);

    /// <summary>Goes on with what is said of <see cref="Token"/>.</summary>
    public AuthenticationStep Resume(TokenVerdict verdict, IBufferWriter<byte> output) => Exchange().Resume(verdict, output);

    /// <summary>
    /// After <see cref="AuthenticationStep.Failed"/>: holds what the client has shown against a secret that has been learnt since. A SCRAM
    /// proof goes with the salt of the secret that it was given for, and fails again.
    /// </summary>
    public AuthenticationStep Retry(UserSecret secret, IBufferWriter<byte> output)
    {
        if (_exchange is { } exchange)
        {
            return secret.Kind == UserSecretKind.None ? AuthenticationStep.Failed : exchange.Retry(new ResolvedSecret(secret, null), output);
        }

        login = login with { Secret = secret };
        _failure = null;
        return Start(output);
    }

    private AuthenticationStep Fail(AuthenticationFailure failure)
    {
        _failure = failure;
        return AuthenticationStep.Failed;
    }

    private PasswordExchange Exchange() => _exchange ?? throw new UnreachableException("no password was asked for");

    private PasswordExchange CreateExchange()
    {
        if (login.Method == AuthType.Pam)
        {
            return new PamExchange(login);
        }

        if (login.Method == AuthType.Ldap)
        {
            return new LdapExchange(login, login.Ldap ?? throw new UnreachableException("a login by LDAP without options"));
        }

        if (login.Method is AuthType.Jwt or AuthType.OAuth)
        {
            var options = login.Rule?.OAuth ?? throw new UnreachableException("a login by token without options");
            return options.ComesAsPassword ? new TokenPasswordExchange(login, options) : new OAuthExchange(login, options);
        }

        var stored = Resolve();
        var isScram = login.Method == AuthType.ScramSha256
            || (login.Method == AuthType.Md5 && stored.Secret.Kind == UserSecretKind.Scram);
        if (isScram && stored.Secret.Kind == UserSecretKind.Md5)
        {
            stored = Mock(UserSecretKind.Scram, stored.WhyMock ?? Md5SecretWithScram);
        }

        var keys = stored.IsMock ? context.MockKeys : context.Keys;
        return login.Method switch
        {
            AuthType.Plain => new PlainExchange(login.User, stored, keys),
            _ when isScram => new ScramExchange(login, stored, context.Mock, keys),
            AuthType.Md5 => new Md5Exchange(login.User, stored),
            _ => throw new UnreachableException($"{login.Method} asks for no password"),
        };
    }

    private ResolvedSecret Resolve() => login.Secret switch
    {
        null => Mock(login.MockKind, NoSuchUser),
        { Kind: UserSecretKind.None } => Mock(login.MockKind, NoPassword),
        _ => new ResolvedSecret(login.Secret, null),
    };

    private ResolvedSecret Mock(UserSecretKind kind, string why) =>
        new(context.MockSecret(login.User, kind, login.ScramIterations), why);
}
