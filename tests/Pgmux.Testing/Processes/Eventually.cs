namespace Pgmux.Testing.Processes;

/// <summary>For states that announce themselves by no event (a count in SHOW POOLS, a process's memory): looks until it holds or time is up.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what)
    {
        using var timer = new PeriodicTimer(WaitLimit.ProbeInterval);
        using var deadline = new CancellationTokenSource(WaitLimit.Default);
        try
        {
            while (!await condition())
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"did not come true within {WaitLimit.Default.TotalSeconds} s: {what}");
        }
    }
}
