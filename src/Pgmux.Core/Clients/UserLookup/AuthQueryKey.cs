namespace Pgmux.Core.Clients.UserLookup;

/// <summary>What one answer of auth_query is about: who was asked for, by whom, where and how. Another query may have another answer.</summary>
internal readonly record struct AuthQueryKey(string Database, string AuthUser, string Query, string User)
{
    /// <inheritdoc/>
    public override string ToString() => $"auth_query in database \"{Database}\" as user \"{AuthUser}\" for user \"{User}\"";
}
