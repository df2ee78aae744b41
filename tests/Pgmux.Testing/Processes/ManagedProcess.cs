using System.Diagnostics;

namespace Pgmux.Testing.Processes;

/// <summary>A program that a rig runs: its output line by line, signals, counters, and a certain end.</summary>
internal sealed class ManagedProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _pidFile;

    private ManagedProcess(Process process, string pidFile)
    {
        _process = process;
        _pidFile = pidFile;
    }

    public LogCapture Output { get; } = new();

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the program as an unprivileged user; its process id is put down in the folder for the watchdog.</summary>
    public static ManagedProcess Start(
        TemporaryFolder folder, string name, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var command = UnprivilegedUser.Command(program, arguments);
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        var process = new Process { StartInfo = start };
        var managed = new ManagedProcess(process, folder.File($"{name}.pid"));
        process.OutputDataReceived += (_, line) => managed.Receive(line.Data);
        process.ErrorDataReceived += (_, line) => managed.Receive(line.Data);
        process.Start();
        File.WriteAllText(managed._pidFile, $"{process.Id}\n");
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _ = managed.CompleteOutputAsync();
        return managed;
    }

    public ProcessCounters ReadCounters() => ProcessCounters.Read(Id);

    public void Signal(UnixSignal signal) => SignalSender.Send(Id, signal);

    /// <summary>Waits until the program has ended and its last line was read.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(limit ?? WaitLimit.Default);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"process {Id} does not end:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>Ends the program by force: for one that leaves nothing behind that it would have to put in order.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Stops the program at once, by force when it does not follow.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // A stopped process cannot act on anything but SIGKILL.
            Signal(UnixSignal.Continue);
            Signal(UnixSignal.Quit);
            try
            {
                await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(5));
            }
            catch (TimeoutException)
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }
        }

        File.Delete(_pidFile);
        _process.Dispose();
    }

    private void Receive(string? line)
    {
        if (line is not null)
        {
            Output.Add(line);
        }
    }

    private async Task CompleteOutputAsync()
    {
        await _process.WaitForExitAsync();
        Output.Complete();
    }
}
