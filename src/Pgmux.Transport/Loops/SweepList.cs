namespace Pgmux.Transport.Loops;

/// <summary>The periodic callbacks of a loop, in the order in which they were added.</summary>
internal sealed class SweepList
{
    /// <summary>Three times a second, like PgBouncer's janitor.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(333);

    private readonly List<Sweep> _sweeps = [];

    public bool IsEmpty => _sweeps.Count == 0;

    public void Add(Sweep sweep) => _sweeps.Add(sweep);

    public void Run(Action<Exception> report)
    {
        // A sweep may add another one: that runs from the next time on.
        var count = _sweeps.Count;
        for (var index = 0; index < count; index++)
        {
            try
            {
                _sweeps[index].Run();
            }
            catch (Exception exception)
            {
                report(exception);
            }
        }

        _sweeps.RemoveAll(static sweep => sweep.IsDisposed);
    }
}
