using System.Buffers;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>The client sends its password as it is; who is asked about it is up to the method.</summary>
internal abstract class ClearPasswordExchange : PasswordExchange
{
    public sealed override void Start(IBufferWriter<byte> output) => BackendMessages.WriteAuthenticationCleartextPassword(output);

    public sealed override AuthenticationStep Handle(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(body);
        var sent = PasswordMessage.Read(ref reader).Password;

        // Nobody is asked about none: a directory says yes to it, and means that nobody in particular has come (RFC 4513, 5.1.2).
        return sent.IsEmpty ? Fail(AuthenticationFailure.EmptyPassword()) : Check(sent, output);
    }

    /// <summary>Takes what the client has sent, which is not empty.</summary>
    protected abstract AuthenticationStep Check(ReadOnlySpan<byte> password, IBufferWriter<byte> output);
}
