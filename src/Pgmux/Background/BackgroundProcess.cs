using System.IO.Pipes;
using Pgmux.Native;

namespace Pgmux.Background;

/// <summary>The process that stays when pgmux was started with -d: without a terminal, and with somebody who waits to hear that it serves.</summary>
internal sealed class BackgroundProcess : IDisposable
{
    /// <summary>Holds the descriptor that the starter waits on; only a process that was started by <see cref="BackgroundStart"/> has it.</summary>
    public const string Variable = "PGMUX_BACKGROUND";

    private readonly AnonymousPipeClientStream _starter;

    private BackgroundProcess(string handle) => _starter = new AnonymousPipeClientStream(PipeDirection.Out, handle);

    /// <summary>This process, when it is the one that stays; it leaves its starter's session at once.</summary>
    public static BackgroundProcess? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } handle)
        {
            return null;
        }

        // Not for programs that this one starts.
        Environment.SetEnvironmentVariable(Variable, null);
        Terminal.LeaveSession();
        return new BackgroundProcess(handle);
    }

    /// <summary>From now on clients are served: lets the starter end, and the terminal go.</summary>
    public void OnServing()
    {
        Terminal.Release();
        _starter.WriteByte(1);
        _starter.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _starter.Dispose();
}
