using Pgmux.Core.Servers;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>
/// A client's token that a server is to judge, by letting in a login with it or not. The server then serves as any.
/// </summary>
/// <param name="loop">The client's loop.</param>
/// <param name="token">The token.</param>
/// <param name="settled">Called there when the result is known.</param>
internal sealed class LoginTrial(EventLoop loop, string token, Action settled) : OwnLogin(loop, settled)
{
    /// <inheritdoc/>
    public override ServerConnection? Plan(ServerOpening opening) => opening.PlanTrial(token, Loop);

    /// <inheritdoc/>
    public override void Accept(ServerOpening opening)
    {
        opening.TakeToken(token);
        base.Accept(opening);
    }

    /// <summary>Shows no token.</summary>
    public override string ToString() => IsDone ? "a trial that is over" : "a trial";
}
