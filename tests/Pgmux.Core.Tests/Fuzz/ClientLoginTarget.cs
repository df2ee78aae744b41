using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Core.Tests.Authentication;
using Pgmux.Protocol;
using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>
/// A client's login under every method and stored secret: only who shows the password gets in, whatever is said on the way.
/// First byte: method, stored secret, and whether the client knows the password; then the steps of <see cref="LoginSteps"/>.
/// </summary>
internal sealed class ClientLoginTarget : FuzzTarget
{
    private const int MostAnswerBytes = 4096;

    private static readonly AuthType[] Methods = [AuthType.ScramSha256, AuthType.Plain, AuthType.Md5];

    // Shared by all inputs, as by all logins of a process: PBKDF2 runs once.
    private readonly AuthenticationContext _context = new();

    public override string Name => "ClientLogin";

    public override int MostBytes => 3000;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Enumerable.Range(0, 32).Select(first => (byte[])[(byte)first, 0, 0, 0, 0]),
        [0, 5, 14, .. "SCRAM-SHA-256\0"u8, 0, 0],
        [0, 5, 30, .. "SCRAM-SHA-256\0"u8, 0xFF, 0xFF, 0xFF, 0xFE, .. "n,,n=,r=abc"u8, 0, 0],
        [0, 5, 36, .. "SCRAM-SHA-256-PLUS\0"u8, 0, 0, 0, 11, .. "n,,n=,r=abc"u8, 0, 0],
        [0, 2, 4, 18, 0x17, 19, 0, 0, 0],
        [0, 4, 8, .. ",m=ext,x"u8, 0, 0],
        [0, 0, 0, 2, 2, 250, 1],
        [0, 0, 0, 4, 4, .. ",p=A"u8],
        [1, 5, 0],
        [1, 5, 3, .. "abc"u8],
        [1, 5, 14, .. "correct\0horse\0"u8],
        [2, 5, 1, 0],
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        .. new[] { "n,,", "y,,", "p=tls-unique,,", "n,a=bob,", "n=", "r=", "c=biws", "p=", ",m=ext", ",x=y", "SCRAM-SHA-256\0", "\0", "==" }.Select(word => Encoding.ASCII.GetBytes(word)),
        [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0],
    ];

    public override string Run(byte[] input)
    {
        var first = input.Length > 0 ? input[0] : (byte)0;
        var method = Methods[first % Methods.Length];
        var stored = (StoredKind)(first / 4 % Enum.GetValues<StoredKind>().Length);
        var client = new LoginPeer(knowsPassword: first < 128);
        var authenticator = new ClientAuthenticator(
            new ClientLogin { Method = method, User = Secrets.User, Secret = Secrets.Stored(stored), ScramIterations = Secrets.Iterations }, _context);
        var output = new ArrayBufferWriter<byte>();
        var step = authenticator.Start(output);
        var steps = new LoginSteps(input, 1);
        var outcome = $"{method} {stored} ";
        try
        {
            while (step == AuthenticationStep.Continue)
            {
                FuzzFindingException.Require(output.WrittenCount is > 0 and <= MostAnswerBytes, "a request for more is written and bounded");
                if (!steps.TryTake(client.Answer(WrittenMessages.Take(output)), out var message))
                {
                    return outcome + "waits";
                }

                client.Sent(message);
                step = authenticator.Handle(message, output);
                if (step == AuthenticationStep.NeedsDerivation)
                {
                    step = authenticator.Resume(output);
                }

                outcome += $"{step} ";
            }
        }
        catch (ProtocolViolationException violation)
        {
            // A bit of a random digest may or may not make the zero that breaks the protocol.
            return outcome + (client.Salt.Length > 0 ? $"{AuthenticationStep.Failed} " : violation.Message);
        }

        if (step == AuthenticationStep.Succeeded)
        {
            FuzzFindingException.Require(IsProved(method, stored, client), "somebody got in without showing the password");
            FuzzFindingException.Require(authenticator.Credentials is { IsEmpty: false }, "a login leaves something to log in with");
            return outcome;
        }

        FuzzFindingException.Require(authenticator.Failure is { Error.IsFatal: true }, "a login fails with a reason");

        // Which character of a random text was hit decides whether a message is malformed or proves the wrong thing.
        return method == AuthType.Plain ? outcome + authenticator.Failure!.Error.Message : outcome;
    }

    private static bool IsProved(AuthType method, StoredKind stored, LoginPeer client) => stored switch
    {
        StoredKind.NoSuchUser or StoredKind.NoPassword => false,
        _ when method == AuthType.Plain => client.LastMessage.AsSpan().SequenceEqual(WireText.Encode(Secrets.Password + '\0')),
        _ when method == AuthType.ScramSha256 || stored == StoredKind.Scram => stored != StoredKind.Md5 && client.Evidence.IsClientProved,
        _ => client.LastMessage.AsSpan().SequenceEqual(Md5Answer(client.Salt)),
    };

    private static byte[] Md5Answer(byte[] salt)
    {
        var inner = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(Secrets.Password + Secrets.User)));
        return Encoding.ASCII.GetBytes("md5" + Convert.ToHexStringLower(MD5.HashData([.. Encoding.ASCII.GetBytes(inner), .. salt])) + '\0');
    }
}
