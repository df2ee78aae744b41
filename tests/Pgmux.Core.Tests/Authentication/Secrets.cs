using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Authentication;

/// <summary>One user and its password in all the forms that can be stored.</summary>
internal static class Secrets
{
    public const string User = "alice";
    public const string Password = "correct horse";

    /// <summary>Few, so that the tests are quick; the number plays no part in them.</summary>
    public const int Iterations = 16;

    public static ReadOnlySpan<byte> Salt => "salt of the user"u8;

    public static ScramSecret Scram { get; } = ScramSecret.Derive(Password, Salt, Iterations);

    public static UserSecret? Stored(StoredKind kind) => kind switch
    {
        StoredKind.NoSuchUser => null,
        StoredKind.NoPassword => UserSecret.None,
        StoredKind.Plain => UserSecret.Parse(Password),
        StoredKind.Md5 => UserSecret.Parse(Md5Password.HashSecret(User, Password)),
        StoredKind.Scram => UserSecret.Parse(Scram.ToSecretText()),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static string Sent(PasswordKind kind) => kind switch
    {
        PasswordKind.Right => Password,
        PasswordKind.Wrong => "correct hors",
        PasswordKind.Empty => "",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
