namespace Pgmux.Protocol.Tests;

public sealed class Md5PasswordTests
{
    // From PostgreSQL 15: SET password_encryption = md5; CREATE ROLE alice PASSWORD 'secret'; SELECT rolpassword FROM pg_authid.
    private const string Secret = "md54a0a68b43b6cd5cf266fa02f196e2371";

    [Test]
    public void The_stored_hash_is_the_one_that_PostgreSQL_stores() =>
        Assert.That(Md5Password.HashSecret("alice", "secret"), Is.EqualTo(Secret));

    [Test]
    public void Only_the_right_answer_to_the_same_salt_is_right()
    {
        var answer = WireText.Encode(Md5Password.Respond(Secret, [1, 2, 3, 4]));
        Assert.Multiple(() =>
        {
            Assert.That(answer, Has.Length.EqualTo(35));
            Assert.That(Md5Password.Verify(Secret, [1, 2, 3, 4], answer));
            Assert.That(Md5Password.Verify(Secret, [1, 2, 3, 5], answer), Is.False);
            Assert.That(Md5Password.Verify(Secret, [1, 2, 3, 4], answer.AsSpan(0, 34)), Is.False);
            Assert.That(Md5Password.Verify(Secret, [1, 2, 3, 4], []), Is.False);
        });
    }
}
