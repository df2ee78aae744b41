using System.Buffers;
using Pgmux.Protocol;

namespace Pgmux.Core.Configuration;

/// <summary>A password as <c>userlist.txt</c>, a database's <c>password</c> or an auth_query holds it.</summary>
internal sealed class UserSecret
{
    /// <summary>The prefix and 32 hex digits.</summary>
    private const int Md5TextLength = 35;

    private const string Md5Prefix = "md5";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private UserSecret(UserSecretKind kind, string text, ScramSecret? scram)
    {
        Kind = kind;
        Text = text;
        Scram = scram;
    }

    /// <summary>No password.</summary>
    public static UserSecret None { get; } = new(UserSecretKind.None, "", null);

    /// <summary>What <see cref="Text"/> is.</summary>
    public UserSecretKind Kind { get; }

    /// <summary>The secret as it was written. Not for logs, console rows or errors.</summary>
    public string Text { get; }

    /// <summary>The parsed form when <see cref="Kind"/> is <see cref="UserSecretKind.Scram"/>.</summary>
    public ScramSecret? Scram { get; }

    /// <summary>
    /// Tells the forms apart as PostgreSQL and PgBouncer do: what is not exactly an md5 hash or a SCRAM secret is a plain password.
    /// </summary>
    public static UserSecret Parse(string text)
    {
        if (text.Length == 0)
        {
            return None;
        }

        if (text.Length == Md5TextLength && text.StartsWith(Md5Prefix, StringComparison.Ordinal)
            && !text.AsSpan(Md5Prefix.Length).ContainsAnyExcept(HexDigits))
        {
            return new UserSecret(UserSecretKind.Md5, text, null);
        }

        return ScramSecret.TryParse(text, out var scram)
            ? new UserSecret(UserSecretKind.Scram, text, scram)
            : new UserSecret(UserSecretKind.Plain, text, null);
    }

    /// <summary>A password that is known to be one, whatever it looks like: a client has sent it.</summary>
    public static UserSecret FromPassword(string password) =>
        password.Length == 0 ? None : new UserSecret(UserSecretKind.Plain, password, null);

    /// <summary>Names the kind only, so that no log line can carry the secret by accident.</summary>
    public override string ToString() => $"secret of kind {Kind}";
}
