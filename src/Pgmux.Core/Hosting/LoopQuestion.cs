using Pgmux.Transport;

namespace Pgmux.Core.Hosting;

/// <summary>Asks a loop for something that only its own thread may look at.</summary>
internal static class LoopQuestion<T>
{
    /// <summary>Runs <paramref name="ask"/> on the loop; the answer comes back to where the caller awaits it.</summary>
    public static Task<T> AskAsync(EventLoop loop, Func<T> ask)
    {
        if (loop.IsCurrent)
        {
            return Task.FromResult(ask());
        }

        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ =>
        {
            try
            {
                answer.SetResult(ask());
            }
            catch (Exception failure)
            {
                // Belongs to whoever asked.
                answer.SetException(failure);
            }
        }, null);
        return answer.Task;
    }
}
