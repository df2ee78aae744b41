using System.Buffers;
using System.Diagnostics;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>SCRAM-SHA-256 with a client, over a SCRAM secret or over the keys of a plain one.</summary>
internal sealed class ScramExchange(ClientLogin login, ResolvedSecret stored, ScramMock salts, ScramSecretCache keys)
    : PasswordExchange
{
    private ScramExchangeState _state = ScramExchangeState.AwaitingMechanism;
    private ScramServer? _server;
    private ScramBinding _binding = ScramBinding.Impossible;
    private byte[] _clientFirst = [];

    // The stronger first, as PostgreSQL has it.
    public override void Start(IBufferWriter<byte> output) => BackendMessages.WriteAuthenticationSasl(
        output, login.ChannelBinding.Length > 0 ? [ScramMechanism.PlusName, ScramMechanism.Name] : [ScramMechanism.Name]);

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
        var secret = Derivation!.Run().ToSecret(salts.SaltFor(login.User), login.ScramIterations);
        return Challenge(secret, output);
    }

    private AuthenticationStep HandleMechanism(SaslInitialResponse response, IBufferWriter<byte> output)
    {
        var binds = login.ChannelBinding.Length > 0 && response.Mechanism.SequenceEqual(ScramMechanism.PlusNameBytes);
        _binding = ScramBinding.Offered(login.ChannelBinding, binds);
        if (!binds && !response.Mechanism.SequenceEqual(ScramMechanism.NameBytes))
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

        Derivation = keys.GetOrAdd(stored.Secret.Text, salts.SaltFor(login.User), login.ScramIterations);
        return Derivation.IsDone ? Resume(output) : AuthenticationStep.NeedsDerivation;
    }

    private AuthenticationStep Challenge(ScramSecret secret, IBufferWriter<byte> output)
    {
        _server = new ScramServer(secret, stored.IsMock, _binding);
        var outcome = _server.HandleClientFirst(_clientFirst, out var serverFirst);
        if (outcome != ScramOutcome.Continue)
        {
            return End(outcome == ScramOutcome.Downgraded ? AuthenticationFailure.Downgrade() : AuthenticationFailure.MalformedSasl());
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
            case ScramOutcome.WrongBinding:
                return End(AuthenticationFailure.WrongBinding());
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
