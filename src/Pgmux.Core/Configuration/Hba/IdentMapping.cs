namespace Pgmux.Core.Configuration.Hba;

/// <summary>A line of the ident file: one system user (or certificate), or all that fit an expression, and the database user they may be.</summary>
internal sealed class IdentMapping
{
    /// <summary>Stands in the database user for what the first group of the expression has matched. PostgreSQL's.</summary>
    public const string GroupMark = "\\1";

    /// <summary>The system user, where it is no expression.</summary>
    public string SystemUser { get; init; } = "";

    /// <summary>The expression that the system user must fit.</summary>
    public NamePattern? SystemPattern { get; init; }

    /// <summary>Whether they may be every database user: <c>all</c>.</summary>
    public bool IsAnyUser { get; init; }

    /// <summary>The database user, where it is neither <c>all</c> nor an expression.</summary>
    public string User { get; init; } = "";

    /// <summary>The expression that the database user must fit.</summary>
    public NamePattern? UserPattern { get; init; }

    /// <summary>Whether this system user may be this database user.</summary>
    /// <exception cref="System.Text.RegularExpressions.RegexMatchTimeoutException">An expression took too long.</exception>
    public bool Allows(string systemUser, string user)
    {
        if (SystemPattern is null ? SystemUser != systemUser : !SystemPattern.Matches(systemUser))
        {
            return false;
        }

        if (IsAnyUser || UserPattern is not null)
        {
            return IsAnyUser || UserPattern!.Matches(user);
        }

        var mark = SystemPattern is null ? -1 : User.IndexOf(GroupMark, StringComparison.Ordinal);
        return mark < 0
            ? User == user
            : SystemPattern!.FirstGroup(systemUser) is { } group && string.Concat(User[..mark], group, User[(mark + GroupMark.Length)..]) == user;
    }
}
