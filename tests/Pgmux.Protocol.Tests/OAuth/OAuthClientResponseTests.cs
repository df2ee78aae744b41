using System.Text;

namespace Pgmux.Protocol.Tests.OAuth;

/// <summary>The client's first message, good and bad, with what PostgreSQL 18 says of it.</summary>
[TestFixture]
internal sealed class OAuthClientResponseTests
{
    private const string Good = "n,,\u0001auth=Bearer abc\u0001\u0001";

    [TestCase(Good, "Bearer abc")]
    [TestCase("y,,\u0001auth=Bearer abc\u0001\u0001", "Bearer abc")]
    [TestCase("n,,\u0001host=db\u0001port=5432\u0001auth=Bearer abc\u0001x=\u0001\u0001", "Bearer abc")]
    [TestCase("n,,\u0001auth=\u0001\u0001", "", Description = "a client without a token asks where to get one")]
    [TestCase("n,,\u0001auth=a=b \t\r\n~!\u0001\u0001", "a=b \t\r\n~!")]
    public void The_value_of_auth_is_found(string message, string authorization)
    {
        Assert.That(OAuthClientResponse.Read(Bytes(message), out var response, out var detail), Is.EqualTo(OAuthMessageOutcome.Read));
        Assert.That((Encoding.ASCII.GetString(response.Authorization), detail), Is.EqualTo((authorization, "")));
    }

    [TestCase("", "The message is empty.")]
    [TestCase("n,,\u0001auth=\0\u0001\u0001", "Message length does not match input length.")]
    [TestCase("p=tls-server-end-point,,\u0001auth=\u0001\u0001", "The server does not support channel binding for OAuth, but the client message includes channel binding data.")]
    [TestCase("x,,\u0001auth=\u0001\u0001", "Unexpected channel-binding flag \"'x'\".")]
    [TestCase("\u0001", "Unexpected channel-binding flag \"0x01\".")]
    [TestCase("n", "Comma expected, but found character \"0x00\".")]
    [TestCase("nx,\u0001auth=\u0001\u0001", "Comma expected, but found character \"'x'\".")]
    [TestCase("n,b=c,\u0001auth=\u0001\u0001", "Unexpected attribute \"'b'\" in client-first-message.")]
    [TestCase("n,", "Unexpected attribute \"0x00\" in client-first-message.")]
    [TestCase("n,,auth=\u0001\u0001", "Key-value separator expected, but found character \"'a'\".")]
    [TestCase("n,,", "Key-value separator expected, but found character \"0x00\".")]
    [TestCase("n,,\u0001", "Message did not contain a final terminator.")]
    [TestCase("n,,\u0001\u0001", "Message does not contain an auth value.")]
    [TestCase("n,,\u0001host=x\u0001\u0001", "Message does not contain an auth value.")]
    [TestCase("n,,\u0001auth=Bearer abc", "Message contains an unterminated key/value pair.")]
    [TestCase("n,,\u0001auth=Bearer abc\u0001", "Message did not contain a final terminator.")]
    [TestCase("n,,\u0001auth=Bearer abc\u0001\u0001x", "Message contains additional data after the final terminator.")]
    [TestCase("n,,\u0001auth\u0001\u0001", "Message contains a key without a value.")]
    [TestCase("n,,\u0001=x\u0001\u0001", "Message contains an empty key name.")]
    [TestCase("n,,\u0001au th=x\u0001\u0001", "Message contains an invalid key name.")]
    [TestCase("n,,\u0001auth=\u0007\u0001\u0001", "Message contains an invalid value.")]
    [TestCase("n,,\u0001auth=ä\u0001\u0001", "Message contains an invalid value.")]
    [TestCase("n,,\u0001auth=a\u0001auth=b\u0001\u0001", "Message contains multiple auth values.")]
    public void A_wrong_message_is_named_as_PostgreSQL_names_it(string message, string expected)
    {
        Assert.That(OAuthClientResponse.Read(Bytes(message), out var response, out var detail), Is.EqualTo(OAuthMessageOutcome.Malformed));
        Assert.That((response.Authorization.Length, detail), Is.EqualTo((0, expected)));
    }

    [Test]
    public void Another_identity_is_never_granted()
    {
        Assert.That(OAuthClientResponse.Read(Bytes("n,a=bob,\u0001auth=\u0001\u0001"), out _, out var detail), Is.EqualTo(OAuthMessageOutcome.HasIdentity));
        Assert.That(detail, Is.EqualTo("client uses authorization identity, but it is not supported"));
    }

    [Test]
    public void A_message_that_is_cut_anywhere_is_none()
    {
        for (var length = 0; length < Good.Length; length++)
        {
            Assert.That(OAuthClientResponse.Read(Bytes(Good[..length]), out _, out _), Is.EqualTo(OAuthMessageOutcome.Malformed), $"{length} bytes");
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
