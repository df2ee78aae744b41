using Pgmux.Core.Servers;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>
/// A login to a server that one client needs for itself. It waits for its turn and for room in the pool; whoever wants it sees the result
/// on its own loop.
/// </summary>
/// <param name="loop">The client's loop.</param>
/// <param name="settled">Called there when the result is known.</param>
internal abstract class OwnLogin(EventLoop loop, Action settled)
{
    private static readonly Action<object?> Tell = static state => ((OwnLogin)state!).OnTold();

    /// <summary>The client's loop.</summary>
    public EventLoop Loop { get; } = loop;

    /// <summary>When the wait began, in ticks of the loops' clock; set by the pool.</summary>
    public long QueuedAt { get; set; }

    /// <summary>The server that is being logged in to, and the one that has let the client in; null while it waits. Set by the pool.</summary>
    public ServerConnection? Server { get; set; }

    /// <summary>Whether the result is known. Seen and set on the client's loop.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Why there is no login; null when there is.</summary>
    public LeaseOutcome? Refusal { get; private set; }

    /// <summary>What the server said.</summary>
    public ErrorFields? Error { get; private set; }

    /// <summary>What the server said of where tokens are to be had; empty when it has not looked at one.</summary>
    public byte[] ServerError { get; private set; } = [];

    /// <summary>Makes the connection; null when limits allow none. Under the pool's lock.</summary>
    public abstract ServerConnection? Plan(ServerOpening opening);

    /// <summary>A server has let it in. Under the pool's lock.</summary>
    public virtual void Accept(ServerOpening opening) => Loop.Post(Tell, this);

    /// <summary>Whether a refusal is about this login alone, and says nothing of the next one.</summary>
    public virtual bool IsRefusedForItself(ServerCloseReason reason, ErrorFields? error) =>
        reason is ServerCloseReason.LoginFailed or ServerCloseReason.TlsFailed && LoginThrottle.IsPermanent(error);

    /// <summary>No server has.</summary>
    public void Refuse(LeaseOutcome outcome, ErrorFields? error, byte[]? serverError = null)
    {
        Refusal = outcome;
        Error = error;
        ServerError = serverError ?? [];
        Loop.Post(Tell, this);
    }

    private void OnTold()
    {
        IsDone = true;
        settled();
    }
}
