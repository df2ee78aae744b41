using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>What all logins of the process share.</summary>
internal sealed class AuthenticationContext
{
    /// <summary>Unknown users get little room: whoever tries names must not cost memory.</summary>
    private const int MockCapacity = 1024;

    /// <summary>Failed logins by address.</summary>
    public FailedLogins FailedLogins { get; } = new();

    /// <summary>Salts, and secrets for users that do not exist.</summary>
    public ScramMock Mock { get; } = new();

    /// <summary>Keys of stored passwords, for logins of clients and to servers.</summary>
    public ScramSecretCache Keys { get; } = new();

    /// <summary>Keys for users that do not exist, apart so that they push out no others.</summary>
    public ScramSecretCache MockKeys { get; } = new(MockCapacity);

    /// <summary>
    /// A secret that no password fits, of the same kind as those of the users that exist: the login then takes the same path and time.
    /// </summary>
    public UserSecret MockSecret(string user, UserSecretKind kind, int scramIterations) => kind switch
    {
        UserSecretKind.Plain => UserSecret.FromPassword(Mock.PasswordFor(user)),
        UserSecretKind.Md5 => UserSecret.Parse(Md5Password.HashSecret(user, Mock.PasswordFor(user))),
        _ => UserSecret.Parse(Mock.SecretFor(user, scramIterations).ToSecretText()),
    };
}
