namespace Pgmux.Core.Pooling;

/// <summary>A pool's name: the database as clients call it, and the user that its servers log in as.</summary>
internal readonly record struct PoolKey(string Database, string User)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Database}/{User}";
}
