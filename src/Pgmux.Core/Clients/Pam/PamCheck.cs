using Pgmux.Core.Authentication;
using Pgmux.Transport.Pam;

namespace Pgmux.Core.Clients.Pam;

/// <summary>One login that waits for PAM's word.</summary>
/// <param name="login">What PAM is asked.</param>
/// <param name="judged">Told when PAM has spoken, on a thread of PAM's; once.</param>
internal sealed class PamCheck(PamLogin login, Action<PamCheck> judged)
{
    private volatile bool _isUnwanted;

    /// <summary>What PAM is asked.</summary>
    public PamLogin Login { get; } = login;

    /// <summary>Whether its word has come to whoever waits, on whose loop this is seen and set.</summary>
    public bool IsDone { get; set; }

    /// <summary>Why the login is refused; null when it is not. Known when PAM has spoken.</summary>
    public PamRefusal? Refusal { get; private set; }

    /// <summary>Whether the client has left, so that PAM need not be asked. Any thread.</summary>
    public bool IsUnwanted => _isUnwanted;

    /// <summary>The client has left.</summary>
    public void Abandon() => _isUnwanted = true;

    /// <summary>PAM has spoken. Any thread; once.</summary>
    /// <param name="refusal">Why the login is refused; null when it is not.</param>
    public void Tell(PamRefusal? refusal)
    {
        Refusal = refusal;
        judged(this);
    }
}
