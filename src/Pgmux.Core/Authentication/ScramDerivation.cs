using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>
/// PBKDF2 over one password, salt and iteration count: work for a thread outside the loops. Several logins may hold the same one;
/// whoever runs it first does the work, the others get its result. The password is let go once it is done.
/// </summary>
internal sealed class ScramDerivation
{
    private readonly Lazy<ScramKeys> _keys;

    public ScramDerivation(string password, ReadOnlySpan<byte> salt, int iterations)
    {
        var ownSalt = salt.ToArray();
        _keys = new Lazy<ScramKeys>(() => ScramKeys.Derive(password, ownSalt, iterations));
    }

    /// <summary>Whether <see cref="Run"/> returns at once.</summary>
    public bool IsDone => _keys.IsValueCreated;

    /// <summary>Derives the keys, or returns what was derived before.</summary>
    public ScramKeys Run() => _keys.Value;
}
