using System.Buffers;
using System.Diagnostics;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>
/// SASL with a client (RFC 4422) as PostgreSQL's protocol carries it: the client chooses a mechanism and speaks first, is given one challenge,
/// and its answer decides.
/// </summary>
internal abstract class SaslExchange : PasswordExchange
{
    private SaslExchangeState _state = SaslExchangeState.AwaitingMechanism;

    public sealed override AuthenticationStep Handle(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(body);
        switch (_state)
        {
            case SaslExchangeState.AwaitingMechanism:
                return HandleMechanism(SaslInitialResponse.Read(ref reader), output);
            case SaslExchangeState.AwaitingFirst:
                return HandleFirst(SaslResponse.Read(ref reader).Data, output);
            case SaslExchangeState.AwaitingAnswer:
                return HandleAnswer(SaslResponse.Read(ref reader).Data, output);
            default:
                throw new UnreachableException("the exchange is over, or waits for somebody else");
        }
    }

    /// <summary>Whether the client may choose this mechanism.</summary>
    protected abstract bool Takes(ReadOnlySpan<byte> mechanism);

    /// <summary>Takes the client's first message.</summary>
    protected abstract AuthenticationStep HandleFirst(ReadOnlySpan<byte> message, IBufferWriter<byte> output);

    /// <summary>Takes the client's answer to the challenge.</summary>
    protected abstract AuthenticationStep HandleAnswer(ReadOnlySpan<byte> message, IBufferWriter<byte> output);

    /// <summary>The exchange goes on when the first message has been judged.</summary>
    protected AuthenticationStep Await(AuthenticationStep step)
    {
        _state = SaslExchangeState.Judging;
        return step;
    }

    /// <summary>Sends the challenge.</summary>
    protected AuthenticationStep Challenge(ReadOnlySpan<byte> challenge, IBufferWriter<byte> output)
    {
        BackendMessages.WriteAuthenticationSaslContinue(output, challenge);
        _state = SaslExchangeState.AwaitingAnswer;
        return AuthenticationStep.Continue;
    }

    /// <summary>The client is who it says.</summary>
    protected AuthenticationStep Finish(ServerCredentials credentials)
    {
        _state = SaslExchangeState.Finished;
        return Succeed(credentials);
    }

    /// <summary>The client is not.</summary>
    protected AuthenticationStep End(AuthenticationFailure failure)
    {
        _state = SaslExchangeState.Finished;
        return Fail(failure);
    }

    private AuthenticationStep HandleMechanism(SaslInitialResponse response, IBufferWriter<byte> output)
    {
        if (!Takes(response.Mechanism))
        {
            return End(AuthenticationFailure.UnknownMechanism());
        }

        if (response.HasData)
        {
            return HandleFirst(response.Data, output);
        }

        // The client is free to wait for a challenge, which is empty: the client speaks first.
        BackendMessages.WriteAuthenticationSaslContinue(output, []);
        _state = SaslExchangeState.AwaitingFirst;
        return AuthenticationStep.Continue;
    }
}
