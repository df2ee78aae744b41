using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>
/// A client's token that a server is to judge, by letting in a login with it or not. Whoever waits sees the result on its own loop.
/// </summary>
/// <param name="loop">The client's loop.</param>
/// <param name="token">The token.</param>
/// <param name="settled">Called there when the result is known.</param>
internal sealed class LoginTrial(EventLoop loop, string token, Action settled)
{
    private static readonly Action<object?> Tell = static state => ((LoginTrial)state!).OnTold();

    /// <summary>The client's loop.</summary>
    public EventLoop Loop { get; } = loop;

    /// <summary>The token.</summary>
    public string Token { get; } = token;

    /// <summary>When the wait began, in ticks of the loops' clock; set by the pool.</summary>
    public long QueuedAt { get; set; }

    /// <summary>Whether the result is known. Seen and set on the client's loop.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Why the client is not let in; null when it is.</summary>
    public LeaseOutcome? Refusal { get; private set; }

    /// <summary>What the server said.</summary>
    public ErrorFields? Error { get; private set; }

    /// <summary>What the server said of where tokens are to be had; empty when it has not looked at the token.</summary>
    public byte[] ServerError { get; private set; } = [];

    /// <summary>A server has let the token in.</summary>
    public void Accept() => Loop.Post(Tell, this);

    /// <summary>No server has.</summary>
    public void Refuse(LeaseOutcome outcome, ErrorFields? error, byte[]? serverError = null)
    {
        Refusal = outcome;
        Error = error;
        ServerError = serverError ?? [];
        Loop.Post(Tell, this);
    }

    /// <summary>Shows no token.</summary>
    public override string ToString() => IsDone ? "a trial that is over" : "a trial";

    private void OnTold()
    {
        IsDone = true;
        settled();
    }
}
