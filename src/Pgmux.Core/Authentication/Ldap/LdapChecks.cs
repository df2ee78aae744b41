using Microsoft.Extensions.Logging;
using Pgmux.Transport;

namespace Pgmux.Core.Authentication.Ldap;

/// <summary>
/// Puts questions to directories off the loops: some at once, some more that wait their turn, and no more than that. Shared by all loops.
/// </summary>
/// <param name="ask">Asks; may be stopped.</param>
/// <param name="logger">Where faults go.</param>
internal sealed class LdapChecks(Func<LdapQuestion, CancellationToken, Task<LdapVerdict>> ask, ILogger logger)
{
    /// <summary>PgBouncer asks one at a time; a directory serves more, and each costs a connection to it.</summary>
    public const int MostAtOnce = 32;

    /// <summary>Ten times PgBouncer's queue of 100: a whole application comes back at once after a restart.</summary>
    public const int MostWaiting = 1000;

    private readonly SemaphoreSlim _turns = new(MostAtOnce);
    private int _count;

    /// <summary>Questions that have no answer yet, those that wait included.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Puts a question. <paramref name="answered"/> is called on the loop when its answer is there, and perhaps not after the check was disposed.</summary>
    public LdapCheck Start(LdapQuestion question, EventLoop loop, Action answered)
    {
        var check = new LdapCheck();
        if (Interlocked.Increment(ref _count) > MostAtOnce + MostWaiting)
        {
            Interlocked.Decrement(ref _count);
            check.Verdict = LdapVerdict.Unasked($"{MostWaiting} other logins wait for the LDAP servers already");
            return check;
        }

        _ = RunAsync(check, question, loop, answered);
        return check;
    }

    private async Task RunAsync(LdapCheck check, LdapQuestion question, EventLoop loop, Action answered)
    {
        var stopped = check.Stopped;
        try
        {
            // The first await is for the thread that takes it up, the second for the answer.
            check.Verdict = await await loop.OffloadAsync(() => AskInTurnAsync(question, stopped));
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Nobody waits.
            return;
        }
        catch (Exception e)
        {
            AuthenticationLog.LdapFault(logger, e);
            check.Verdict = LdapVerdict.Unasked("internal error, which the log has");
        }

        answered();
    }

    private async Task<LdapVerdict> AskInTurnAsync(LdapQuestion question, CancellationToken stop)
    {
        try
        {
            await _turns.WaitAsync(stop);
            try
            {
                return await ask(question, stop);
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
