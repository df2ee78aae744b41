using System.Text;

namespace Pgmux.Protocol.Tests.OAuth;

/// <summary>
/// The client's first message, good and bad, with what PostgreSQL 18 says of it. A | stands for the separator, as names of tests cannot hold it.
/// </summary>
[TestFixture]
internal sealed class OAuthClientResponseTests
{
    private const string Good = "n,,|auth=Bearer abc||";

    [TestCase(Good, "Bearer abc")]
    [TestCase("y,,|auth=Bearer abc||", "Bearer abc")]
    [TestCase("n,,|host=db|port=5432|auth=Bearer abc|x=||", "Bearer abc")]
    [TestCase("n,,|auth=||", "", Description = "a client without a token asks where to get one")]
    [TestCase("n,,|auth=a=b \t\r\n~!||", "a=b \t\r\n~!")]
    public void The_value_of_auth_is_found(string message, string authorization)
    {
        Assert.That(OAuthClientResponse.Read(Bytes(message), out var response, out var detail), Is.EqualTo(OAuthMessageOutcome.Read));
        Assert.That((Encoding.ASCII.GetString(response.Authorization), detail), Is.EqualTo((authorization, "")));
    }

    [TestCase("", "The message is empty.")]
    [TestCase("n,,|auth=␀||", "Message length does not match input length.")]
    [TestCase("p=tls-server-end-point,,|auth=||", "The server does not support channel binding for OAuth, but the client message includes channel binding data.")]
    [TestCase("x,,|auth=||", "Unexpected channel-binding flag \"'x'\".")]
    [TestCase("|", "Unexpected channel-binding flag \"0x01\".")]
    [TestCase("n", "Comma expected, but found character \"0x00\".")]
    [TestCase("nx,|auth=||", "Comma expected, but found character \"'x'\".")]
    [TestCase("n,b=c,|auth=||", "Unexpected attribute \"'b'\" in client-first-message.")]
    [TestCase("n,", "Unexpected attribute \"0x00\" in client-first-message.")]
    [TestCase("n,,auth=||", "Key-value separator expected, but found character \"'a'\".")]
    [TestCase("n,,", "Key-value separator expected, but found character \"0x00\".")]
    [TestCase("n,,|", "Message did not contain a final terminator.")]
    [TestCase("n,,||", "Message does not contain an auth value.")]
    [TestCase("n,,|host=x||", "Message does not contain an auth value.")]
    [TestCase("n,,|auth=Bearer abc", "Message contains an unterminated key/value pair.")]
    [TestCase("n,,|auth=Bearer abc|", "Message did not contain a final terminator.")]
    [TestCase("n,,|auth=Bearer abc||x", "Message contains additional data after the final terminator.")]
    [TestCase("n,,|auth||", "Message contains a key without a value.")]
    [TestCase("n,,|=x||", "Message contains an empty key name.")]
    [TestCase("n,,|au th=x||", "Message contains an invalid key name.")]
    [TestCase("n,,|auth=␇||", "Message contains an invalid value.")]
    [TestCase("n,,|auth=ä||", "Message contains an invalid value.")]
    [TestCase("n,,|auth=a|auth=b||", "Message contains multiple auth values.")]
    public void A_wrong_message_is_named_as_PostgreSQL_names_it(string message, string expected)
    {
        Assert.That(OAuthClientResponse.Read(Bytes(message), out var response, out var detail), Is.EqualTo(OAuthMessageOutcome.Malformed));
        Assert.That((response.Authorization.Length, detail), Is.EqualTo((0, expected)));
    }

    [Test]
    public void Another_identity_is_never_granted()
    {
        Assert.That(OAuthClientResponse.Read(Bytes("n,a=bob,|auth=||"), out _, out var detail), Is.EqualTo(OAuthMessageOutcome.HasIdentity));
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

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.Replace('|', '\u0001').Replace('␀', '\0').Replace('␇', '\a'));
}
