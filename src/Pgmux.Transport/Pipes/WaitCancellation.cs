namespace Pgmux.Transport.Pipes;

/// <summary>Watches the token of one waiting read or flush. Only made for tokens that can be cancelled.</summary>
internal sealed class WaitCancellation
{
    private readonly IInlineWait _wait;
    private readonly short _version;
    private readonly CancellationToken _token;
    private readonly CancellationTokenRegistration _registration;

    public WaitCancellation(IInlineWait wait, short version, CancellationToken token)
    {
        _wait = wait;
        _version = version;
        _token = token;
        _registration = token.UnsafeRegister(static state => ((WaitCancellation)state!).OnCancelled(), this);
    }

    public bool HasEndedWait { get; private set; }

    public void Unregister() => _registration.Unregister();

    public void ThrowIfEndedWait()
    {
        if (HasEndedWait)
        {
            throw new OperationCanceledException(_token);
        }
    }

    // A token is cancelled on any thread: the wait belongs to the loop, and that may change before the post arrives.
    private void OnCancelled() => _wait.Connection.Loop.Post(static state => ((WaitCancellation)state!).EndWait(), this);

    private void EndWait()
    {
        if (!_wait.Connection.Loop.IsCurrent)
        {
            OnCancelled();
            return;
        }

        HasEndedWait = true;
        _wait.CancelWait(_version);
    }
}
