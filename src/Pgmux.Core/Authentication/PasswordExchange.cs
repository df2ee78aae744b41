using System.Buffers;
using System.Diagnostics;
using Pgmux.Core.Authentication.Ldap;
using Pgmux.Core.Authentication.OAuth;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>One way of asking a client for its password: the request, then one or two messages of the client.</summary>
internal abstract class PasswordExchange
{
    /// <summary>Work that the exchange waits for after <see cref="AuthenticationStep.NeedsDerivation"/>.</summary>
    public ScramDerivation? Derivation { get; protected set; }

    /// <summary>What the directory is to be asked after <see cref="AuthenticationStep.NeedsDirectory"/>.</summary>
    public LdapQuestion? Question { get; protected set; }

    /// <summary>The token that is to be judged after <see cref="AuthenticationStep.NeedsTokenCheck"/>.</summary>
    public TokenQuestion? Token { get; protected set; }

    /// <summary>Why it failed.</summary>
    public AuthenticationFailure? Failure { get; private set; }

    /// <summary>After success: what pgmux can log in to servers with.</summary>
    public ServerCredentials? Credentials { get; private set; }

    /// <summary>Writes the request.</summary>
    public abstract void Start(IBufferWriter<byte> output);

    /// <summary>Takes the body of a message of type <see cref="FrontendMessageType.Password"/>.</summary>
    /// <exception cref="ProtocolViolationException">The message breaks the protocol.</exception>
    public abstract AuthenticationStep Handle(ReadOnlySpan<byte> body, IBufferWriter<byte> output);

    /// <summary>Goes on after <see cref="Derivation"/> has run.</summary>
    public virtual AuthenticationStep Resume(IBufferWriter<byte> output) =>
        throw new UnreachableException("this exchange derives nothing");

    /// <summary>Goes on with the answer to <see cref="Question"/>.</summary>
    public virtual AuthenticationStep Resume(LdapVerdict verdict) =>
        throw new UnreachableException("this exchange asks no directory");

    /// <summary>Goes on with what is said of <see cref="Token"/>.</summary>
    public virtual AuthenticationStep Resume(TokenVerdict verdict, IBufferWriter<byte> output) =>
        throw new UnreachableException("this exchange has no token");

    /// <summary>
    /// After a failure: holds what the client has sent against another secret. By itself it has failed for good, as the client was asked
    /// for something that goes with the first.
    /// </summary>
    public virtual AuthenticationStep Retry(ResolvedSecret other, IBufferWriter<byte> output) => AuthenticationStep.Failed;

    protected AuthenticationStep Fail(AuthenticationFailure failure)
    {
        Failure = failure;
        return AuthenticationStep.Failed;
    }

    protected AuthenticationStep Succeed(ServerCredentials credentials)
    {
        Credentials = credentials;
        return AuthenticationStep.Succeeded;
    }
}
