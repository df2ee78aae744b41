using System.Runtime.CompilerServices;

namespace Pgmux.Transport.Tests.Contract;

/// <summary>Awaits a move on the new loop, where a Task would come back to the old one.</summary>
internal readonly struct Move(TransportConnection connection, EventLoop target) : INotifyCompletion
{
    public bool IsCompleted => false;

    public Move GetAwaiter() => this;

    public void OnCompleted(Action continuation) => connection.MoveTo(target, static state => ((Action)state!)(), continuation);

    public void GetResult()
    {
    }
}
