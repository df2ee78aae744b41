using Pgmux.Core.Authentication;
using Pgmux.Protocol;
using Pgmux.Transport.Pam;

namespace Pgmux.Core.Clients.Pam;

/// <summary>
/// Asks PAM on threads of its own: a module may block one for seconds, and the thread pool derives the keys of other logins. Threads end
/// when nobody waits. Shared by all loops.
/// </summary>
/// <param name="judge">Says why a login is refused, or null; may block.</param>
internal sealed class PamChecks(Func<PamLogin, PamRefusal?> judge) : IPamChecks
{
    /// <summary>Threads at most. PgBouncer has one; a directory that is slow for one user should not hold up all others.</summary>
    public const int ThreadLimit = 4;

    /// <summary>Logins that wait for a thread at most. PgBouncer's PAM_REQUEST_QUEUE_SIZE.</summary>
    public const int QueueLimit = 100;

    private readonly Lock _lock = new();
    private readonly Queue<PamCheck> _queue = new();
    private int _threads;

    /// <summary>Those that ask the system's PAM.</summary>
    public PamChecks()
        : this(Ask)
    {
    }

    /// <inheritdoc/>
    public bool TryStart(PamCheck check)
    {
        lock (_lock)
        {
            if (_threads == ThreadLimit)
            {
                DropUnwanted();
                if (_queue.Count == QueueLimit)
                {
                    return false;
                }

                _queue.Enqueue(check);
                return true;
            }

            _threads++;
        }

        // Handed over rather than queued: until it has begun, it would take the place of one that waits.
        new Thread(() => Run(check)) { IsBackground = true, Name = "pam" }.Start();
        return true;
    }

    private static PamRefusal? Ask(PamLogin login) =>
        PamService.Check(login.Service, WireText.Encode(login.User), WireText.Encode(login.Password), login.Address?.ToString());

    // Whoever has left takes nobody's place.
    private void DropUnwanted()
    {
        if (_queue.Count < QueueLimit)
        {
            return;
        }

        for (var count = _queue.Count; count > 0; count--)
        {
            var check = _queue.Dequeue();
            if (!check.IsUnwanted)
            {
                _queue.Enqueue(check);
            }
        }
    }

    private void Run(PamCheck first)
    {
        for (var check = first; check is not null; check = TryTake())
        {
            if (!check.IsUnwanted)
            {
                check.Tell(Judge(check.Login));
            }
        }
    }

    private PamCheck? TryTake()
    {
        lock (_lock)
        {
            if (_queue.TryDequeue(out var check))
            {
                return check;
            }

            _threads--;
            return null;
        }
    }

    private PamRefusal? Judge(PamLogin login)
    {
        try
        {
            return judge(login);
        }
        catch (TypeLoadException failure)
        {
            // The library was there when the configuration was read; it is gone, or lacks a call that PAM has elsewhere.
            return new PamRefusal($"PAM cannot be asked: {failure.Message}", IsDecision: false);
        }
    }
}
