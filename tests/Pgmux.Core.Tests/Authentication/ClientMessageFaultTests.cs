using System.Buffers;
using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Authentication;

/// <summary>What clients send in place of a password.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ClientMessageFaultTests
{
    private static readonly byte[][] MalformedFirsts =
    [
        [],
        [.. "n,,n=,r="u8],
        [.. "n,,r=abc"u8],
        [.. "n,,n=,r=a b"u8],
        [.. "n,,n=a,b,r=abc"u8],
        [.. "n,a=bob,n=,r=abc"u8],
        [.. "p=tls-unique,,n=,r=abc"u8],
        [.. "n,,m=ext,n=,r=abc"u8],
        [.. "n,,n=,r=abc,m=ext"u8],
        [.. "x,,n=,r=abc"u8],
        [.. "n,,n=,r="u8, .. new byte[64 * 1024]],
        [.. "n,,n=,r="u8, .. Enumerable.Repeat((byte)'r', 64 * 1024)],
    ];

    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly AuthenticationContext _context = new();

    [TestCase(nameof(AuthType.Plain)), TestCase(nameof(AuthType.Md5))]
    [Property("Row", "A04")]
    public void An_empty_password_is_refused(string method)
    {
        var authenticator = Started(Enum.Parse<AuthType>(method));
        Assert.That(authenticator.Handle([0], _output), Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(authenticator.Failure!.Error.Message, Is.EqualTo("empty password returned by client"));
        Assert.That(authenticator.Failure.Error.SqlState, Is.EqualTo(SqlState.InvalidPassword));
    }

    [Test, Property("Row", "A05"), Property("Row", "B09")]
    public void A_password_message_that_is_no_string_breaks_the_protocol(
        [Values(nameof(AuthType.Plain), nameof(AuthType.Md5))] string method,
        [Values("", "abc", "a\0b\0", "abc\0\0")] string body)
    {
        var authenticator = Started(Enum.Parse<AuthType>(method));
        Assert.That(
            () => authenticator.Handle(WireText.Encode(body), _output),
            Throws.TypeOf<ProtocolViolationException>().With.Property("SqlState").EqualTo(SqlState.ProtocolViolation));
    }

    [Test, Property("Row", "A05"), Property("Row", "B09")]
    public void A_password_message_of_64_KiB_without_terminator_breaks_the_protocol()
    {
        var authenticator = Started(AuthType.Plain);
        var body = Enumerable.Repeat((byte)'a', 65_536).ToArray();
        Assert.That(() => authenticator.Handle(body, _output), Throws.TypeOf<ProtocolViolationException>());
    }

    [TestCase("SCRAM-SHA-256-PLUS"), TestCase("SCRAM-SHA-1"), TestCase(""), TestCase("scram-sha-256")]
    [Property("Row", "A07")]
    public void A_mechanism_that_was_not_offered_is_refused(string mechanism)
    {
        var authenticator = Started(AuthType.ScramSha256);
        var body = WrittenMessages.BodyOf(output => FrontendMessages.WriteSaslInitialResponse(output, mechanism, "n,,n=,r=abc"u8));

        Assert.That(authenticator.Handle(body, _output), Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(authenticator.Failure!.Error.Message, Is.EqualTo("client selected an invalid SASL authentication mechanism"));
        Assert.That(authenticator.Failure.Error.SqlState, Is.EqualTo(SqlState.ProtocolViolation));
    }

    [TestCase(-2), TestCase(int.MinValue), TestCase(int.MaxValue), TestCase(0), TestCase(10), TestCase(12), TestCase(-1)]
    [Property("Row", "A07"), Property("Row", "C01")]
    public void A_wrong_inner_length_breaks_the_protocol(int length)
    {
        var authenticator = Started(AuthType.ScramSha256);
        var body = WrittenMessages.BodyOf(output => FrontendMessages.WriteSaslInitialResponse(output, ScramMechanism.Name, "n,,n=,r=abc"u8));
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(ScramMechanism.Name.Length + 1), length);
        Assert.That(() => authenticator.Handle(body, _output), Throws.TypeOf<ProtocolViolationException>());
    }

    [TestCaseSource(nameof(MalformedFirsts)), Property("Row", "A08")]
    public void A_malformed_first_message_fails_without_detail(byte[] first)
    {
        var authenticator = Started(AuthType.ScramSha256);
        var body = WrittenMessages.BodyOf(output => FrontendMessages.WriteSaslInitialResponse(output, ScramMechanism.Name, first));

        Assert.That(authenticator.Handle(body, _output), Is.EqualTo(AuthenticationStep.Failed));
        Assert.That(authenticator.Failure!.Error.Message, Is.EqualTo("SASL authentication failed"));
        Assert.That(authenticator.Failure.Error.SqlState, Is.EqualTo(SqlState.ProtocolViolation));
    }

    [Test]
    public void A_client_may_wait_for_an_empty_challenge_before_its_first_message()
    {
        var authenticator = Started(AuthType.ScramSha256);
        byte[] body = [.. "SCRAM-SHA-256\0"u8, 0xFF, 0xFF, 0xFF, 0xFF];

        Assert.That(authenticator.Handle(body, _output), Is.EqualTo(AuthenticationStep.Continue));
        Assert.That(WrittenMessages.Take(_output)[0].Body, Is.EqualTo(new byte[] { 0, 0, 0, 11 }));
        Assert.That(authenticator.Handle("n,,n=,r=abc"u8, _output), Is.EqualTo(AuthenticationStep.Continue));
        Assert.That(WrittenMessages.Take(_output)[0].Body, Has.Length.GreaterThan(4));
    }

    private ClientAuthenticator Started(AuthType method)
    {
        var stored = method == AuthType.ScramSha256 ? StoredKind.Scram : StoredKind.Plain;
        var login = new ClientLogin { Method = method, User = Secrets.User, Secret = Secrets.Stored(stored) };
        var authenticator = new ClientAuthenticator(login, _context);
        Assert.That(authenticator.Start(_output), Is.EqualTo(AuthenticationStep.Continue));
        _output.ResetWrittenCount();
        return authenticator;
    }
}
