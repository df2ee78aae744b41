namespace Pgmux.Core.Authentication.Ldap;

/// <summary>One question to the directory that a client waits for. Lives on the client's loop.</summary>
internal sealed class LdapCheck : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>The answer; null while there is none.</summary>
    public LdapVerdict? Verdict { get; set; }

    /// <summary>Tells that nobody wants to know any more.</summary>
    public CancellationToken Stopped { get; }

    public LdapCheck() => Stopped = _stop.Token;

    /// <summary>Nobody wants to know any more: the conversation with the server is given up, and a place in the queue too.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
