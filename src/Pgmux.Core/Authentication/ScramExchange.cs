using System.Buffers;
using System.Diagnostics;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>SCRAM-SHA-256 with a client, over a SCRAM secret or over the keys of a plain one.</summary>
internal sealed class ScramExchange(string user, ResolvedSecret stored, int iterations, ScramMock salts, ScramSecretCache keys)
    : PasswordExchange
{
    private ScramExchangeState _state = ScramExchangeState.AwaitingMechanism;
    private ScramServer? _server;
    private byte[] _clientFirst = [];

    public override void Start(IBufferWriter<byte> output) => BackendMessages.WriteAuthenticationSasl(output, ScramMechanism.Name);

    public override AuthenticationStep Handle(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(body);
        switch (_state)
        {
            case ScramExchangeState.AwaitingMechanism:
                return HandleMechanism(SaslInitialResponse.Read(ref reader), output);
            case ScramExchangeState.AwaitingClientFirst:
                return HandleClientFirst(SaslResponse.Read(ref reader).Data, output);
            case ScramExchangeState.AwaitingClientFinal:
                return HandleClientFinal(SaslResponse.Read(ref reader).Data, output);
            default:
                throw new UnreachableException("the exchange is over");
        }
    }

    public override AuthenticationStep Resume(IBufferWriter<byte> output)
    {
        var secret = Derivation!.Run().ToSecret(salts.SaltFor(user), iterations);
        return Challenge(secret, output);
    }

    private AuthenticationStep HandleMechanism(SaslInitialResponse response, IBufferWriter<byte> output)
    {
        if (!response.Mechanism.SequenceEqual(ScramMechanism.NameBytes))
        {
            return End(AuthenticationFailure.UnknownMechanism());
        }

        if (response.HasData)
        {
            return HandleClientFirst(response.Data, output);
        }

        // The client is free to wait for a challenge, which is empty: in SCRAM the client speaks first.
        BackendMessages.WriteAuthenticationSaslContinue(output, []);
        _state = ScramExchangeState.AwaitingClientFirst;
        return AuthenticationStep.Continue;
    }

    private AuthenticationStep HandleClientFirst(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        if (message.Length > ScramLimits.MaximumMessageBytes)
        {
            return End(AuthenticationFailure.MalformedSasl());
        }

        _clientFirst = message.ToArray();
        if (stored.Secret.Scram is { } scram)
        {
            return Challenge(scram, output);
        }

        Derivation = keys.GetOrAdd(stored.Secret.Text, salts.SaltFor(user), iterations);
        return Derivation.IsDone ? Resume(output) : AuthenticationStep.NeedsDerivation;
    }

    private AuthenticationStep Challenge(ScramSecret secret, IBufferWriter<byte> output)
    {
        _server = new ScramServer(secret, stored.IsMock);
        if (_server.HandleClientFirst(_clientFirst, out var serverFirst) != ScramOutcome.Continue)
        {
            return End(AuthenticationFailure.MalformedSasl());
        }

        BackendMessages.WriteAuthenticationSaslContinue(output, serverFirst);
        _state = ScramExchangeState.AwaitingClientFinal;
        return AuthenticationStep.Continue;
    }

    private AuthenticationStep HandleClientFinal(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        switch (_server!.HandleClientFinal(message, out var serverFinal))
        {
            case ScramOutcome.Succeeded:
                _state = ScramExchangeState.Finished;
                BackendMessages.WriteAuthenticationSaslFinal(output, serverFinal);

                // Keys of a plain secret hang on our own salt and fit no server; the secret itself does.
                var shownKeys = stored.Secret.Kind == UserSecretKind.Scram ? _server.Keys : null;
                return Succeed(ServerCredentials.From(stored.Secret, shownKeys));
            case ScramOutcome.WrongProof:
                return End(AuthenticationFailure.WrongProof(stored.WhyMock));
            default:
                return End(AuthenticationFailure.MalformedSasl());
        }
    }

    private AuthenticationStep End(AuthenticationFailure failure)
    {
        _state = ScramExchangeState.Finished;
        return Fail(failure);
    }
}
