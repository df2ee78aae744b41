using System.Buffers;
using System.Security.Cryptography;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>The client sends the md5 hash of its stored hash and a salt.</summary>
internal sealed class Md5Exchange(string user, ResolvedSecret stored) : PasswordExchange
{
    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(AuthenticationRequest.Md5SaltBytes);
    private byte[] _answer = [];

    public override void Start(IBufferWriter<byte> output) => BackendMessages.WriteAuthenticationMd5Password(output, _salt);

    public override AuthenticationStep Handle(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(body);
        _answer = PasswordMessage.Read(ref reader).Password.ToArray();
        return _answer.Length == 0 ? Fail(AuthenticationFailure.EmptyPassword()) : Verify();
    }

    public override AuthenticationStep Retry(ResolvedSecret other, IBufferWriter<byte> output)
    {
        stored = other;
        return Verify();
    }

    private AuthenticationStep Verify()
    {
        var secret = stored.Secret;
        if (secret.Kind == UserSecretKind.Scram)
        {
            // The answer goes with an md5 hash, which a SCRAM secret does not tell.
            return Fail(AuthenticationFailure.WrongPassword(null));
        }

        var md5Secret = secret.Kind == UserSecretKind.Md5 ? secret.Text : Md5Password.HashSecret(user, secret.Text);
        var isRight = Md5Password.Verify(md5Secret, _salt, _answer);
        return isRight && !stored.IsMock
            ? Succeed(ServerCredentials.From(secret))
            : Fail(AuthenticationFailure.WrongPassword(stored.WhyMock));
    }
}
