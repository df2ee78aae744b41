using System.Buffers;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>The client sends its password as it is; it is held against a secret of any kind.</summary>
internal sealed class PlainExchange(string user, ResolvedSecret stored, ScramSecretCache keys) : ClearPasswordExchange
{
    private string _password = "";

    public override AuthenticationStep Retry(ResolvedSecret other, IBufferWriter<byte> output)
    {
        stored = other;
        return Verify(output);
    }

    public override AuthenticationStep Resume(IBufferWriter<byte> output)
    {
        var scram = stored.Secret.Scram!;
        var isRight = Derivation!.Run().Match(scram);
        if (isRight)
        {
            keys.Keep(_password, scram.Salt, scram.Iterations, Derivation);
        }

        return Finish(isRight);
    }

    protected override AuthenticationStep Check(ReadOnlySpan<byte> password, IBufferWriter<byte> output)
    {
        _password = WireText.Decode(password);
        return Verify(output);
    }

    private AuthenticationStep Verify(IBufferWriter<byte> output)
    {
        var secret = stored.Secret;
        if (secret.Scram is { } scram)
        {
            Derivation = keys.GetOrCreate(_password, scram.Salt, scram.Iterations);
            return Derivation.IsDone ? Resume(output) : AuthenticationStep.NeedsDerivation;
        }

        var isRight = secret.Kind == UserSecretKind.Md5
            ? SecretComparison.AreEqual(WireText.Encode(secret.Text), WireText.Encode(Md5Password.HashSecret(user, _password)))
            : SecretComparison.AreEqual(WireText.Encode(secret.Text), WireText.Encode(_password));
        return Finish(isRight);
    }

    private AuthenticationStep Finish(bool isRight) => isRight && !stored.IsMock
        ? Succeed(ServerCredentials.From(stored.Secret, shownPassword: _password))
        : Fail(AuthenticationFailure.WrongPassword(stored.WhyMock));
}
