using Pgmux.Core.Authentication;

namespace Pgmux.Core.Clients.UserLookup;

/// <summary>One login that waits for an answer.</summary>
internal sealed class AuthQueryWaiter(ClientConnection client)
{
    private static readonly Action<object?> TellOnLoop = static state =>
    {
        var waiter = (AuthQueryWaiter)state!;
        waiter.Answer = waiter._coming;
        waiter._client.Wake();
    };

    private readonly ClientConnection _client = client;
    private AuthQueryAnswer? _coming;

    /// <summary>The answer; only the client's loop sees it.</summary>
    public AuthQueryAnswer? Answer { get; private set; }

    /// <summary>Brings the answer to the client's loop and wakes it. From any loop; once.</summary>
    public void Tell(AuthQueryAnswer answer)
    {
        _coming = answer;
        _client.Loop.Post(TellOnLoop, this);
    }
}
