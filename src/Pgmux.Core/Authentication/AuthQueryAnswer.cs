using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>What auth_query has said of one user. Immutable; shared by all logins that waited for it.</summary>
internal sealed class AuthQueryAnswer
{
    private AuthQueryAnswer(UserSecret? secret, string? trouble, ErrorFields? refusal)
    {
        Secret = secret;
        Trouble = trouble;
        Refusal = refusal;
    }

    /// <summary>There is no such user, or none who may log in.</summary>
    public static AuthQueryAnswer NoSuchUser { get; } = new(null, null, null);

    /// <summary>
    /// The user's secret, <see cref="UserSecret.None"/> where no password fits; null when there is no such user, or when it is not known
    /// because of <see cref="Trouble"/>: then the login takes the way of a user that does not exist.
    /// </summary>
    public UserSecret? Secret { get; }

    /// <summary>What is wrong with the query or with the one who asks it, for the log; null when nothing is.</summary>
    public string? Trouble { get; }

    /// <summary>What clients are told instead of being asked for a password, because nobody could be asked who they are; else null.</summary>
    public ErrorFields? Refusal { get; }

    /// <summary>The user is there, with this secret.</summary>
    public static AuthQueryAnswer Found(UserSecret secret) => new(secret, null, null);

    /// <summary>The answer says nothing of the user, because the query is not as it must be.</summary>
    public static AuthQueryAnswer Unusable(string trouble) => new(null, trouble, null);

    /// <summary>There is no answer.</summary>
    public static AuthQueryAnswer Missing(string trouble, ErrorFields refusal) => new(null, trouble, refusal);

    /// <summary>Says what kind of answer it is and shows no secret.</summary>
    public override string ToString() => Trouble ?? Secret?.ToString() ?? "no such user";
}
