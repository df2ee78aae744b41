using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class UserListTests
{
    [TestCase("", UserSecretKind.Scram)]
    [TestCase("None None", UserSecretKind.Scram)]
    [TestCase("None None Plain", UserSecretKind.Plain)]
    [TestCase("Md5 Plain Md5", UserSecretKind.Md5)]
    [TestCase("Scram Plain Plain Md5", UserSecretKind.Plain)]
    [TestCase("Plain Scram", UserSecretKind.Scram)]
    public void The_common_kind_is_what_most_users_have_and_SCRAM_in_doubt(string kinds, UserSecretKind common)
    {
        var secrets = kinds.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(kind => Enum.Parse<UserSecretKind>(kind))
            .Select((kind, i) => KeyValuePair.Create($"user{i}", SecretOf(kind)));
        Assert.That(new UserList(new Dictionary<string, UserSecret>(secrets), default).CommonKind, Is.EqualTo(common));
    }

    private static UserSecret SecretOf(UserSecretKind kind) => UserSecret.Parse(kind switch
    {
        UserSecretKind.None => "",
        UserSecretKind.Plain => "password",
        UserSecretKind.Md5 => "md5d4a43a1dd54b1d0ff7ab4a0d8c2bbc9e",
        _ => "SCRAM-SHA-256$4096:AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    });
}
