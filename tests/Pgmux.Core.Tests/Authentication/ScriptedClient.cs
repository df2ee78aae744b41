using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Pgmux.Core.Authentication;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Authentication;

/// <summary>A client that answers whatever it is asked with one password, and writes down what it was sent.</summary>
internal sealed class ScriptedClient(string user, string password)
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private ScramClient? _scram;

    /// <summary>Type of request and length of every message that came.</summary>
    public List<string> Transcript { get; } = [];

    /// <summary>How often the login had to wait for a derivation.</summary>
    public int Derivations { get; private set; }

    /// <summary>Whether the server side has shown that it knows the password.</summary>
    public bool HasVerifiedServer { get; private set; }

    /// <summary>Drives the login to its end.</summary>
    public AuthenticationStep LogIn(ClientAuthenticator authenticator)
    {
        var step = authenticator.Start(_output);
        while (true)
        {
            var answer = Answer();
            switch (step)
            {
                case AuthenticationStep.NeedsDerivation:
                    Derivations++;
                    Assert.That(authenticator.Derivation!.IsDone, Is.False, "nothing is derived by the thread that takes messages");
                    authenticator.Derivation.Run();
                    step = authenticator.Resume(_output);
                    break;
                case AuthenticationStep.Continue:
                    step = authenticator.Handle(answer, _output);
                    break;
                default:
                    return step;
            }
        }
    }

    private byte[] Answer()
    {
        byte[] answer = [];
        foreach (var (type, body) in WrittenMessages.Take(_output))
        {
            Assert.That(type, Is.EqualTo((byte)BackendMessageType.Authentication));
            var reader = new PayloadReader(body);
            var request = AuthenticationRequest.Read(ref reader);
            Transcript.Add($"{request.Kind} of {body.Length}");
            answer = Answer(request);
        }

        return answer;
    }

    private byte[] Answer(AuthenticationRequest request)
    {
        switch (request.Kind)
        {
            case AuthenticationRequestKind.CleartextPassword:
                return WrittenMessages.BodyOf(output => FrontendMessages.WritePassword(output, password));
            case AuthenticationRequestKind.Md5Password:
                var inner = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(password + user)));
                var outer = "md5" + Convert.ToHexStringLower(MD5.HashData([.. Encoding.ASCII.GetBytes(inner), .. request.Salt]));
                return WrittenMessages.BodyOf(output => FrontendMessages.WritePassword(output, outer));
            case AuthenticationRequestKind.Sasl:
                Assert.That(request.GetMechanisms(), Is.EqualTo(new[] { ScramMechanism.Name }));
                _scram = new ScramClient();
                return WrittenMessages.BodyOf(output =>
                    FrontendMessages.WriteSaslInitialResponse(output, ScramMechanism.Name, _scram.CreateClientFirst()));
            case AuthenticationRequestKind.SaslContinue:
                Assert.That(_scram!.HandleServerFirst(request.Data), Is.EqualTo(ScramServerFirstOutcome.Accepted));
                return _scram.CreateClientFinal(ScramKeys.Derive(password, _scram.Salt, _scram.Iterations));
            case AuthenticationRequestKind.SaslFinal:
                HasVerifiedServer = _scram!.HandleServerFinal(request.Data) == ScramServerFinalOutcome.Verified;
                return [];
            default:
                throw new AssertionException($"unexpected {request.Kind}");
        }
    }
}
