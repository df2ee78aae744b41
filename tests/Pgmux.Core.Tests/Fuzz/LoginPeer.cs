using System.Security.Cryptography;
using System.Text;
using Pgmux.Core.Tests.Authentication;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>A client that answers as it should, with the right password or a wrong one, and keeps what was really sent in its name.</summary>
internal sealed class LoginPeer(bool knowsPassword)
{
    // A nonce of its own would make each run another one.
    private static readonly byte[] ClientFirst = [.. "n,,n=,r=fuzzfuzzfuzzfuzzfuzz"u8];

    private readonly string _password = knowsPassword ? Secrets.Password : "wrong";
    private AuthenticationRequestKind _asked;

    /// <summary>The exchange as it was sent.</summary>
    public ScramEvidence Evidence { get; } = new();

    /// <summary>The salt of an md5 request.</summary>
    public byte[] Salt { get; private set; } = [];

    /// <summary>Body of the message sent last.</summary>
    public byte[] LastMessage { get; private set; } = [];

    /// <summary>The body that belongs behind the last of these requests.</summary>
    public byte[] Answer(List<(byte Type, byte[] Body)> requests)
    {
        var reader = new PayloadReader(requests[^1].Body);
        var request = AuthenticationRequest.Read(ref reader);
        _asked = request.Kind;
        switch (request.Kind)
        {
            case AuthenticationRequestKind.CleartextPassword:
                return WireText.Encode(_password + '\0');
            case AuthenticationRequestKind.Md5Password:
                Salt = request.Salt.ToArray();
                var inner = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(_password + Secrets.User)));
                return Encoding.ASCII.GetBytes("md5" + Convert.ToHexStringLower(MD5.HashData([.. Encoding.ASCII.GetBytes(inner), .. Salt])) + '\0');
            case AuthenticationRequestKind.Sasl:
                return WrittenMessages.BodyOf(output => FrontendMessages.WriteSaslInitialResponse(output, ScramMechanism.Name, ClientFirst));
            case AuthenticationRequestKind.SaslContinue when request.Data.IsEmpty:
                return ClientFirst;
            case AuthenticationRequestKind.SaslContinue:
                Evidence.ServerFirst = request.Data.ToArray();
                return ClientFinal();
            default:
                return [];
        }
    }

    /// <summary>What was sent instead, or as well.</summary>
    public void Sent(byte[] body)
    {
        LastMessage = body;
        switch (_asked)
        {
            case AuthenticationRequestKind.Sasl:
                var data = body.AsSpan().IndexOf((byte)0) + 1 + sizeof(int);
                Evidence.ClientFirst = data <= body.Length ? body[data..] : [];
                break;
            case AuthenticationRequestKind.SaslContinue when Evidence.ServerFirst.Length == 0:
                Evidence.ClientFirst = body;
                break;
            case AuthenticationRequestKind.SaslContinue:
                Evidence.ClientFinal = body;
                break;
        }
    }

    private byte[] ClientFinal()
    {
        var salt = Convert.FromBase64String(ScramEvidence.Field(Evidence.ServerFirst, 's')!);
        var keys = ScramKeys.Derive(_password, salt, Evidence.Iterations!.Value);
        var withoutProof = $"c=biws,r={ScramEvidence.Field(Evidence.ServerFirst, 'r')}";
        Evidence.ClientFinal = Encoding.ASCII.GetBytes(withoutProof);
        return Encoding.ASCII.GetBytes($"{withoutProof},p={Convert.ToBase64String(Evidence.Proof(keys))}");
    }
}
