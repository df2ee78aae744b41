using System.Buffers;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>SCRAM-SHA-256 with a client, over a SCRAM secret or over the keys of a plain one.</summary>
internal sealed class ScramExchange(ClientLogin login, ResolvedSecret stored, ScramMock salts, ScramSecretCache keys)
    : SaslExchange
{
    private ScramServer? _server;
    private ScramBinding _binding = ScramBinding.Impossible;
    private byte[] _clientFirst = [];

    // The stronger first, as PostgreSQL has it.
    public override void Start(IBufferWriter<byte> output) => BackendMessages.WriteAuthenticationSasl(
        output, login.ChannelBinding.Length > 0 ? [ScramMechanism.PlusName, ScramMechanism.Name] : [ScramMechanism.Name]);

    public override AuthenticationStep Resume(IBufferWriter<byte> output)
    {
        var secret = Derivation!.Run().ToSecret(salts.SaltFor(login.User), login.ScramIterations);
        return Challenge(secret, output);
    }

    protected override bool Takes(ReadOnlySpan<byte> mechanism)
    {
        var binds = login.ChannelBinding.Length > 0 && mechanism.SequenceEqual(ScramMechanism.PlusNameBytes);
        _binding = ScramBinding.Offered(login.ChannelBinding, binds);
        return binds || mechanism.SequenceEqual(ScramMechanism.NameBytes);
    }

    protected override AuthenticationStep HandleFirst(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
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
        return Derivation.IsDone ? Resume(output) : Await(AuthenticationStep.NeedsDerivation);
    }

    protected override AuthenticationStep HandleAnswer(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        switch (_server!.HandleClientFinal(message, out var serverFinal))
        {
            case ScramOutcome.Succeeded:
                BackendMessages.WriteAuthenticationSaslFinal(output, serverFinal);

                // Keys of a plain secret hang on our own salt and fit no server; the secret itself does.
                var shownKeys = stored.Secret.Kind == UserSecretKind.Scram ? _server.Keys : null;
                return Finish(ServerCredentials.From(stored.Secret, shownKeys));
            case ScramOutcome.WrongProof:
                return End(AuthenticationFailure.WrongProof(stored.WhyMock));
            case ScramOutcome.WrongBinding:
                return End(AuthenticationFailure.WrongBinding());
            default:
                return End(AuthenticationFailure.MalformedSasl());
        }
    }

    private AuthenticationStep Challenge(ScramSecret secret, IBufferWriter<byte> output)
    {
        _server = new ScramServer(secret, stored.IsMock, _binding);
        var outcome = _server.HandleClientFirst(_clientFirst, out var serverFirst);
        if (outcome != ScramOutcome.Continue)
        {
            return End(outcome == ScramOutcome.Downgraded ? AuthenticationFailure.Downgrade() : AuthenticationFailure.MalformedSasl());
        }

        return Challenge(serverFirst, output);
    }
}
