namespace Pgmux.Transport.Loops;

/// <summary>Posted work: an <see cref="Action{T}"/> of object, or the SendOrPostCallback of an await that comes back.</summary>
internal readonly record struct WorkItem(Delegate Callback, object? State)
{
    public void Run()
    {
        if (Callback is Action<object?> action)
        {
            action(State);
        }
        else
        {
            ((SendOrPostCallback)Callback)(State);
        }
    }
}
