using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Configuration;

public sealed class UserSecretTests
{
    private const string Scram =
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    private static readonly object[][] Cases =
    [
        ["", UserSecretKind.None],
        ["secret", UserSecretKind.Plain],
        ["md5", UserSecretKind.Plain],
        ["md50123456789abcdef0123456789abcdef", UserSecretKind.Md5],
        ["md50123456789ABCDEF0123456789ABCDEF", UserSecretKind.Plain],
        ["md50123456789abcdef0123456789abcde", UserSecretKind.Plain],
        ["md50123456789abcdef0123456789abcdef0", UserSecretKind.Plain],
        [Scram, UserSecretKind.Scram],
        ["SCRAM-SHA-256", UserSecretKind.Plain],
        [Scram + "$", UserSecretKind.Plain],
        [Scram + "A", UserSecretKind.Plain],
        [Scram.Replace("4096", "0", StringComparison.Ordinal), UserSecretKind.Plain],
        [Scram.Replace("4096", "-1", StringComparison.Ordinal), UserSecretKind.Plain],
        [Scram.Replace("4096", "99999999999", StringComparison.Ordinal), UserSecretKind.Plain],
        [Scram.Replace("W22Z", "W2 Z", StringComparison.Ordinal), UserSecretKind.Plain],
        [Scram.Replace("W22ZaJ0SNY7soEsUEjb6gQ==", "", StringComparison.Ordinal), UserSecretKind.Plain],
        [Scram.Replace("WG5d", "", StringComparison.Ordinal), UserSecretKind.Plain],
    ];

    [TestCaseSource(nameof(Cases))]
    public void Kind_is_told_from_the_form(string text, object kind) => Assert.That(UserSecret.Parse(text).Kind, Is.EqualTo(kind));

    [Test]
    public void Scram_secret_is_printed_as_it_was_read()
    {
        var secret = UserSecret.Parse(Scram);
        Assert.That(secret.Scram!.ToSecretText(), Is.EqualTo(Scram));
        Assert.That(secret.Scram.Iterations, Is.EqualTo(4096));
    }

    [Test]
    public void A_password_that_looks_like_a_hash_stays_a_password() =>
        Assert.That(UserSecret.FromPassword("md50123456789abcdef0123456789abcdef").Kind, Is.EqualTo(UserSecretKind.Plain));

    [Test, Property("Row", "C16")]
    public void No_secret_shows_itself_as_text()
    {
        var keys = ScramKeys.Derive("verysecret", "salt"u8, 1);
        Assert.Multiple(() =>
        {
            Assert.That(UserSecret.Parse("verysecret").ToString(), Does.Not.Contain("verysecret"));
            Assert.That(UserSecret.Parse(Scram).ToString(), Does.Not.Contain("WG5d"));
            Assert.That(UserSecret.Parse(Scram).Scram!.ToString(), Does.Not.Contain("WG5d"));
            Assert.That(keys.ToString(), Does.Not.Contain(Convert.ToBase64String(keys.ClientKey)));
        });
    }
}
