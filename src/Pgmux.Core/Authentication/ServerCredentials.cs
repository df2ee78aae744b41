using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>What pgmux has to log in to a server with: a stored secret, and what a client's login has shown beyond it.</summary>
internal sealed class ServerCredentials
{
    private ServerCredentials(
        string? password, string? md5Secret, bool hasScramSecret, ScramKeys? scramKeys, string? token = null, bool mustShowToken = false)
    {
        Password = password;
        Md5Secret = md5Secret;
        HasScramSecret = hasScramSecret;
        ScramKeys = scramKeys;
        Token = token;
        MustShowToken = mustShowToken;
    }

    /// <summary>Nothing: enough where the server trusts.</summary>
    public static ServerCredentials None { get; } = new(null, null, false, null);

    /// <summary>The password, where it is known.</summary>
    public string? Password { get; }

    /// <summary>The md5 hash, where it is all there is.</summary>
    public string? Md5Secret { get; }

    /// <summary>Whether a SCRAM secret is stored; by itself it cannot log in.</summary>
    public bool HasScramSecret { get; }

    /// <summary>Keys that a client's SCRAM login has shown; they fit servers that hold the same SCRAM secret.</summary>
    public ScramKeys? ScramKeys { get; }

    /// <summary>An OAuth token that a client has shown, for servers that ask for one.</summary>
    public string? Token { get; }

    /// <summary>
    /// Whether the login is there to have the token judged: a server that lets in without asking for it has not said whether the client is
    /// who it says.
    /// </summary>
    public bool MustShowToken { get; }

    /// <summary>Whether there is nothing at all.</summary>
    public bool IsEmpty => Password is null && Md5Secret is null && !HasScramSecret && ScramKeys is null && Token is null;

    /// <summary>Whether there is something that a server may take for a proof: a SCRAM secret by itself is none.</summary>
    public bool CanProve => Password is not null || Md5Secret is not null || ScramKeys is not null;

    /// <summary>From a stored secret, with the keys or the password that a client has shown to fit it.</summary>
    public static ServerCredentials From(UserSecret secret, ScramKeys? shownKeys = null, string? shownPassword = null) => new(
        secret.Kind == UserSecretKind.Plain ? secret.Text : shownPassword,
        secret.Kind == UserSecretKind.Md5 ? secret.Text : null,
        secret.Kind == UserSecretKind.Scram,
        shownKeys);

    /// <summary>From what is stored of a user whom somebody else has let in: perhaps nothing.</summary>
    public static ServerCredentials From(ClientLogin login) => login.Secret is { } secret ? From(secret) : None;

    /// <summary>From a password that a client has shown to be right, of a user of whom nothing is stored.</summary>
    public static ServerCredentials FromPassword(string password) => new(password, null, false, null);

    /// <summary>What another process has written down of what its clients have shown.</summary>
    public static ServerCredentials Shown(string? password, string? md5Secret, bool hasScramSecret, ScramKeys? scramKeys) =>
        new(password, md5Secret, hasScramSecret, scramKeys);

    /// <summary>A client's token that a server is to judge, and nothing else.</summary>
    public static ServerCredentials FromTokenOnTrial(string token) => new(null, null, false, null, token, mustShowToken: true);

    /// <summary>The same and a token that a server has taken before.</summary>
    public ServerCredentials With(string? token) => token is null ? this : new(Password, Md5Secret, HasScramSecret, ScramKeys, token);

    /// <summary>Says what there is without showing it.</summary>
    public override string ToString() => IsEmpty ? "no credentials" : "credentials";
}
