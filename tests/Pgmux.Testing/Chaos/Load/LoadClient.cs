using System.Net.Sockets;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos.Load;

/// <summary>A client that goes on and on: acts, pauses, logs in again when it has lost its connection.</summary>
internal sealed class LoadClient(LoadContext context, int mostPauseMilliseconds)
{
    /// <summary>Between two attempts to log in.</summary>
    private const int MostRetryMilliseconds = 300;

    private readonly Lock _gate = new();
    private TaskCompletionSource? _pause;
    private TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LoadSession? _session;
    private LoadKind? _next;
    private AbortKind? _abort;
    private volatile bool _isStopping;

    /// <summary>The connection, when there is one.</summary>
    public LoadSession? Session => Volatile.Read(ref _session);

    /// <summary>Runs until it is stopped; then it says goodbye.</summary>
    public async Task RunAsync()
    {
        while (!_isStopping)
        {
            await PauseAsync();
            try
            {
                _session ??= await context.LoginAsync();
                if (!await HoldAsync())
                {
                    await ActAsync(_session);
                }
            }
            catch (SessionEndedException)
            {
                await ForgetAsync();
                await context.PauseAsync(MostRetryMilliseconds);
            }
            catch (Exception e)
            {
                // Nothing else may end a client: the run has found something, and goes on.
                context.Report.Find($"a client ended with {e}");
                await ForgetAsync();
            }
        }

        if (_session is { } session)
        {
            await session.SendAsync(RawMessages.Terminate());
            await ForgetAsync();
        }
    }

    /// <summary>Completes when the client has a connection and nothing under way; it stays so until <see cref="Resume"/>.</summary>
    public Task QuietAsync()
    {
        lock (_gate)
        {
            _pause ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _paused.Task;
        }
    }

    public void Resume()
    {
        TaskCompletionSource? pause;
        lock (_gate)
        {
            pause = _pause;
            _pause = null;
            _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        pause?.SetResult();
    }

    public void Stop()
    {
        _isStopping = true;
        Resume();
    }

    /// <summary>What the client is to do next, instead of its own choice.</summary>
    public void Suggest(LoadKind kind)
    {
        lock (_gate)
        {
            _next = kind;
        }
    }

    /// <summary>Breaks the connection off now, or, inside a message, when the client would act next.</summary>
    public async Task AbortAsync(AbortKind kind)
    {
        if (kind != AbortKind.InsideMessage)
        {
            await (Session?.AbortAsync(kind) ?? Task.CompletedTask);
            return;
        }

        lock (_gate)
        {
            _abort = kind;
        }
    }

    private Task PauseAsync() => context.PauseAsync(IsPausing() ? 0 : mostPauseMilliseconds);

    private bool IsPausing()
    {
        lock (_gate)
        {
            return _pause is not null;
        }
    }

    /// <summary>Waits while the client is to be quiet; tells whether it was.</summary>
    private async Task<bool> HoldAsync()
    {
        TaskCompletionSource? pause;
        TaskCompletionSource paused;
        lock (_gate)
        {
            pause = _pause;
            paused = _paused;
        }

        if (pause is null)
        {
            return false;
        }

        if (_session!.IsAborted)
        {
            throw new SessionEndedException("broken off by the client");
        }

        paused.TrySetResult();
        await pause.Task;
        return true;
    }

    private async Task ActAsync(LoadSession session)
    {
        LoadKind? suggested;
        AbortKind? abort;
        lock (_gate)
        {
            (suggested, abort, _next, _abort) = (_next, _abort, null, null);
        }

        var kind = suggested ?? LoadMix.Next(context.Random);
        if (session.IsAborted)
        {
            throw new SessionEndedException("broken off by the client");
        }

        if (abort is not null)
        {
            await BreakOffInsideAsync(session);
            return;
        }

        await (kind switch
        {
            LoadKind.ShortRead => ReadActions.ShortReadAsync(session, context),
            LoadKind.SingleTransfer => TransferActions.SingleTransferAsync(session, context),
            LoadKind.Transaction => TransferActions.TransactionAsync(session, context),
            LoadKind.PreparedRead => ReadActions.PreparedReadAsync(session, context),
            LoadKind.Pipeline => ReadActions.PipelineAsync(session, context),
            LoadKind.CopyIn => TransferActions.CopyInAsync(session, context),
            LoadKind.CopyOut => TransferActions.CopyOutAsync(session, context),
            LoadKind.ConnectQueryLeave => ReadActions.ConnectQueryLeaveAsync(context),
            LoadKind.SlowRead => ReadActions.SlowReadAsync(session, context),
            _ => ReadActions.CancelAsync(session, context),
        });
        context.Report.CountAction(kind);
    }

    /// <summary>Sends a request without its end, and breaks off.</summary>
    private async Task BreakOffInsideAsync(LoadSession session)
    {
        byte[][] requests =
        [
            RawMessages.Query($"SELECT '{context.Nonce()}'"),
            [.. RawMessages.Parse("SELECT $1::text"), .. RawMessages.Bind("", context.Nonce()), .. RawMessages.Execute()],
            [.. RawMessages.Query("COPY transfers FROM STDIN"), .. RawMessages.CopyData("0\t1\t2\t0\n")],
        ];
        var request = requests[context.Random.Next(requests.Length)];
        await session.SendAsync(request[..context.Random.Next(1, request.Length)]);
        await session.AbortAsync(context.Random.Next(2) == 0 ? AbortKind.Reset : AbortKind.Close);
        throw new SessionEndedException("broken off by the client");
    }

    private async Task ForgetAsync()
    {
        var session = _session;
        Volatile.Write(ref _session, null);
        if (session is not null)
        {
            await session.DisposeAsync();
        }
    }
}
