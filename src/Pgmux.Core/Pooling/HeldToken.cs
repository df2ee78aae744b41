using Pgmux.Core.Authentication.OAuth;

namespace Pgmux.Core.Pooling;

/// <summary>
/// The newest token by which a server has let in a client of one pool: what further servers of the pool are logged in to with. In memory
/// only, and no longer than it is good. Guarded by the pool's lock.
/// </summary>
internal sealed class HeldToken(TimeProvider clock)
{
    /// <summary>
    /// Longest time that a token is kept, whatever it says of itself: the usual lifetime of access tokens (Keycloak gives them minutes, Entra and
    /// Auth0 an hour or a day).
    /// </summary>
    public static readonly TimeSpan LongestHeld = TimeSpan.FromHours(1);

    private string? _token;
    private long _takenAt;
    private TimeSpan _lifetime;

    /// <summary>A server has taken this one.</summary>
    public void Take(string token)
    {
        var remaining = TokenLifetime.RemainingOf(token, clock.GetUtcNow()) ?? LongestHeld;
        _lifetime = remaining < LongestHeld ? remaining : LongestHeld;
        _takenAt = clock.GetTimestamp();
        _token = token;
    }

    /// <summary>The token; null when there is none that is still good. What is not is forgotten.</summary>
    public string? Find()
    {
        if (_token is not null && clock.GetElapsedTime(_takenAt) >= _lifetime)
        {
            Forget();
        }

        return _token;
    }

    /// <summary>It is of no more use.</summary>
    public void Forget() => _token = null;

    /// <summary>Shows no token.</summary>
    public override string ToString() => _token is null ? "no token" : "a token";
}
