using Microsoft.Extensions.Logging;
using Pgmux.Transport;

namespace Pgmux.Core.Servers.Passwords;

/// <summary>
/// Passwords that programs print, kept for as long as they may be used. All logins that want the same one wait for one run. Shared by all
/// loops; asked once per login to a server.
/// </summary>
/// <param name="program">Runs programs.</param>
/// <param name="logger">Where events go.</param>
internal sealed class PasswordCommands(IPasswordProgram program, ILogger logger)
{
    /// <summary>Programs that run at once: as many as logins of one pool, and few enough not to take a machine from its clients.</summary>
    public const int ProcessLimit = 8;

    /// <summary>Passwords that are kept; when they are more, all that nobody waits for are printed anew.</summary>
    public const int Capacity = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<PasswordKey, PasswordEntry> _entries = [];
    private readonly SemaphoreSlim _processes = new(ProcessLimit);

    /// <summary>The password of a login. Comes back to the loop.</summary>
    public Task<PasswordAnswer> FindAsync(EventLoop loop, PasswordRequest request)
    {
        PasswordEntry entry;
        lock (_lock)
        {
            entry = EntryOf(request.Key);
            if (entry.Run is { } run)
            {
                return run.Task;
            }

            if (entry.Known is { } known && !IsOver(loop, entry, request.Source.Lifetime, whenZero: false))
            {
                return Task.FromResult(known);
            }

            Begin(loop, entry);
        }

        return RunAsync(loop, request, entry);
    }

    /// <summary>
    /// The server has refused a password. Another one, when it has been printed meanwhile or the command prints another one now; null when it
    /// does not, or was run for a failed login less than server_login_retry ago. Comes back to the loop.
    /// </summary>
    public async Task<PasswordAnswer?> RenewAsync(EventLoop loop, PasswordRequest request, PasswordAnswer refused)
    {
        var begun = TryBeginRenewal(loop, request, refused, out var other);
        if (begun is not null)
        {
            other = RunAsync(loop, request, begun);
        }

        // The same once more would only count as another guess.
        return other is not null && await other is var answer && !answer.IsSameAs(refused) ? answer : null;
    }

    /// <summary>Forgets all passwords: the configuration was read again.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
        }
    }

    private PasswordEntry? TryBeginRenewal(EventLoop loop, PasswordRequest request, PasswordAnswer refused, out Task<PasswordAnswer>? other)
    {
        lock (_lock)
        {
            var entry = EntryOf(request.Key);
            other = entry.Run?.Task;
            if (other is null && entry.Known is { } known && known != refused)
            {
                other = Task.FromResult(known);
            }

            if (other is not null || !IsOver(loop, entry, request.Source.Retry, whenZero: true))
            {
                return null;
            }

            Begin(loop, entry);
            return entry;
        }
    }

    private static void Begin(EventLoop loop, PasswordEntry entry)
    {
        entry.Run = new TaskCompletionSource<PasswordAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        entry.StartedAt = loop.Timestamp;
    }

    private static bool IsOver(EventLoop loop, PasswordEntry entry, TimeSpan span, bool whenZero) =>
        entry.StartedAt is not { } began || (span == TimeSpan.Zero ? whenZero : loop.TimeProvider.GetElapsedTime(began, loop.Timestamp) >= span);

    private PasswordEntry EntryOf(PasswordKey key)
    {
        if (_entries.TryGetValue(key, out var entry))
        {
            return entry;
        }

        if (_entries.Count >= Capacity)
        {
            foreach (var idle in _entries.Where(pair => pair.Value.Run is null).Select(pair => pair.Key).ToArray())
            {
                _entries.Remove(idle);
            }
        }

        // Those that run are bounded by the logins that wait for them.
        entry = new PasswordEntry();
        _entries.Add(key, entry);
        return entry;
    }

    private async Task<PasswordAnswer> RunAsync(EventLoop loop, PasswordRequest request, PasswordEntry entry)
    {
        var answer = PasswordAnswer.None("was given up");
        try
        {
            answer = request.Trouble is { } trouble ? PasswordAnswer.None(trouble) : await RunProgramAsync(loop, request);
        }
        finally
        {
            Complete(entry, answer);
        }

        Report(request, answer);
        return answer;
    }

    private async Task<PasswordAnswer> RunProgramAsync(EventLoop loop, PasswordRequest request)
    {
        var asked = loop.Timestamp;
        await _processes.WaitAsync();
        try
        {
            // The login that wanted it is over, or about to be: programs that hang do not make those behind them run for nobody.
            if (loop.TimeProvider.GetElapsedTime(asked, loop.Timestamp) >= request.Source.Timeout)
            {
                return PasswordAnswer.None($"was not run, because {ProcessLimit} others have been running for as long as one may (password_command_timeout)");
            }

            // Starting a process takes milliseconds.
            var run = await loop.OffloadAsync(() => program.RunAsync(request.Words, request.Source.Timeout, loop.TimeProvider));
            return PasswordAnswer.Read(await run);
        }
        finally
        {
            _processes.Release();
        }
    }

    private void Complete(PasswordEntry entry, PasswordAnswer answer)
    {
        TaskCompletionSource<PasswordAnswer> run;
        lock (_lock)
        {
            run = entry.Run!;
            entry.Run = null;
            entry.Known = answer.Password is null ? null : answer;
        }

        run.SetResult(answer);
    }

    private void Report(PasswordRequest request, PasswordAnswer answer)
    {
        var (file, line) = request.Source.Location;
        if (answer.Trouble is { } trouble)
        {
            ServersLog.PasswordCommandFailed(logger, file, line, request.Database, request.User, trouble);
        }
        else if (answer.Said.Length > 0)
        {
            ServersLog.PasswordCommandSaid(logger, file, line, request.Database, request.User, answer.Said);
        }
    }
}
