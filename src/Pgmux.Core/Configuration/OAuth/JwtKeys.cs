namespace Pgmux.Core.Configuration.OAuth;

/// <summary>The keys of an issuer of tokens, as its JWKS had them when it was read; immutable.</summary>
/// <param name="keys">The keys; nobody else may keep the array.</param>
internal sealed class JwtKeys(JwtKey[] keys)
{
    /// <summary>No keys.</summary>
    public static readonly JwtKeys None = new([]);

    /// <summary>How many there are.</summary>
    public int Count => keys.Length;

    /// <summary>
    /// The keys that a token may be signed with: those of the name that it gives, and of no other; all that fit its algorithm when it gives none.
    /// </summary>
    public IReadOnlyList<JwtKey> For(string algorithm, string? id) =>
        [.. keys.Where(key => key.Fits(algorithm) && (string.IsNullOrEmpty(id) || key.Id == id))];
}
