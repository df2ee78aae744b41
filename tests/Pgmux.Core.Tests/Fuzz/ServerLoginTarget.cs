using System.Buffers;
using System.Globalization;
using System.Text;
using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Core.Tests.Authentication;
using Pgmux.Protocol;
using Pgmux.Testing.Fuzzing;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>
/// pgmux's login at a server that says anything: once SCRAM has begun only a server that knows the secret is believed, no count of
/// iterations costs more than the limit, and nothing else than a violation of the protocol is thrown.
/// First byte: what pgmux has to log in with, how the server asks, and whether it knows the secret; then the steps of <see cref="LoginSteps"/>.
/// </summary>
internal sealed class ServerLoginTarget : FuzzTarget
{
    private const int MostAnswerBytes = 4096;
    private const int MostSteps = 32;

    // Whatever salt and count a server names, keys stay what they are.
    private static readonly ScramKeys Captured = ScramKeys.Derive(Secrets.Password, Secrets.Salt, Secrets.Iterations);

    private static readonly ServerCredentials[] Credentials =
    [
        ServerCredentials.From(UserSecret.Parse(Secrets.Password)),
        ServerCredentials.From(Secrets.Stored(StoredKind.Scram)!, Captured),
        ServerCredentials.From(Secrets.Stored(StoredKind.Scram)!),
        ServerCredentials.From(Secrets.Stored(StoredKind.Md5)!),
        ServerCredentials.None,
    ];

    private readonly ScramSecretCache _keys = new();

    public override string Name => "ServerLogin";

    public override int MostBytes => 3000;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Enumerable.Range(0, 5).Select(first => (byte[])[(byte)first, 0, 0, 0, 0, 0, 0, 0, 0]),
        .. Enumerable.Range(128, 5).Select(first => (byte[])[(byte)first, 0, 0, 0, 0, 0, 0, 0, 0]),
        .. new[] { 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, -1 }.Select(kind => (byte[])[0, 5, 8, .. RawMessages.Int32(kind), 1, 2, 3, 4, 5, 4, 0, 0, 0, 0]),
        [0, 5, 33, 0, 0, 0, 10, .. "SCRAM-SHA-256-PLUS\0SCRAM-256\0\0"u8, 0, 0, 0, 0],
        [0, 0, 0, 4, 10, .. "2147483647"u8, 0, 0],
        [0, 0, 0, 4, 12, .. "999999999999"u8, 0, 0],
        [0, 0, 0, 4, 2, .. ",x"u8, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 5, 4, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 2, 2, 8, 1, 0, 0],
        [0, 0, 0, 5, 4, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 12, .. "e=other-error"u8],
        [0, 0, 0, 5, 7, 0, 0, 0, 11, .. "r=,"u8],
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        .. new[] { "r=", ",s=", ",i=", "i=4096", "v=", "e=", ",m=x", "==", "SCRAM-SHA-256\0", "\0" }.Select(word => Encoding.ASCII.GetBytes(word)),
        .. new[] { 0, 3, 5, 10, 11, 12 }.Select(RawMessages.Int32),
    ];

    public override string Run(byte[] input)
    {
        var first = input.Length > 0 ? input[0] : (byte)0;
        var server = new LoginServer(knowsPassword: first < 128);
        var credentials = Credentials[first % Credentials.Length];
        var authenticator = new ServerAuthenticator(Secrets.User, credentials, _keys);
        var output = new ArrayBufferWriter<byte>();
        var steps = new LoginSteps(input, 1);
        var outcome = $"{first % Credentials.Length} ";
        try
        {
            for (var count = 0; count < MostSteps && steps.TryTake(server.Next(), out var message); count++)
            {
                server.Sent(message);
                var step = authenticator.Handle(message, output);
                if (step == AuthenticationStep.NeedsDerivation)
                {
                    CheckIterations(server.Evidence);
                    if (server.Evidence.Iterations is null)
                    {
                        return outcome + "many iterations";
                    }

                    _ = authenticator.Derivation!.Run();
                    step = authenticator.Resume(output);
                }

                FuzzFindingException.Require(output.WrittenCount <= MostAnswerBytes, "an answer is bounded");
                server.Received(WrittenMessages.Take(output));
                outcome += $"{step} ";
                if (step == AuthenticationStep.Failed)
                {
                    FuzzFindingException.Require(authenticator.Failure is not null && authenticator.FailureText.Length > 0, "a login fails with a reason");


                    // Which character of a random text was hit decides between the two.
                    return authenticator.Failure is ServerAuthenticationFailure.Malformed or ServerAuthenticationFailure.WrongServerSignature
                        ? outcome
                        : outcome + authenticator.Failure;
                }

                if (step == AuthenticationStep.Succeeded)
                {
                    FuzzFindingException.Require(!server.HasScramBegun || server.Evidence.IsServerProved(credentials.ScramKeys), "a server was believed that did not show the secret");
                    return outcome;
                }
            }
        }
        catch (ProtocolViolationException violation)
        {
            return outcome + violation.Message;
        }

        return outcome + "waits";
    }

    private static void CheckIterations(ScramEvidence evidence)
    {
        var count = Encoding.Latin1.GetString(evidence.ServerFirst).Split(",i=", 2)[^1].Split(',')[0];
        FuzzFindingException.Require(
            int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) && iterations <= 1_000_000, $"{count} iterations are to be run");
    }
}
