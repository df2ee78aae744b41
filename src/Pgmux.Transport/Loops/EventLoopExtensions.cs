namespace Pgmux.Transport.Loops;

/// <summary>Ways to use a loop from outside.</summary>
public static class EventLoopExtensions
{
    /// <summary>Runs asynchronous work on a loop; the task completes off the loop when it is done.</summary>
    public static Task<T> RunAsync<T>(this EventLoop loop, Func<Task<T>> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ => _ = CompleteAsync(work, done), null);
        return done.Task;
    }

    /// <inheritdoc cref="RunAsync{T}(EventLoop, Func{Task{T}})"/>
    public static Task RunAsync(this EventLoop loop, Func<Task> work) => loop.RunAsync(async () =>
    {
        await work();
        return true;
    });

    private static async Task CompleteAsync<T>(Func<Task<T>> work, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(await work());
        }
        catch (OperationCanceledException exception)
        {
            done.SetCanceled(exception.CancellationToken);
        }
        catch (Exception exception)
        {
            done.SetException(exception);
        }
    }
}
