namespace Pgmux.Testing.Processes;

/// <summary>
/// A folder of its own below the system's temporary folder, owned by the user that server programs run as.
/// The watchdog removes it, and ends what runs in it, when the test host dies before it disposes of it.
/// </summary>
internal sealed class TemporaryFolder : IDisposable
{
    private static int Count;

    public TemporaryFolder()
    {
        // Short on purpose: a Unix socket's path may have 107 bytes at most.
        Path = System.IO.Path.Combine(
            System.IO.Path.GetTempPath(), $"pgmux-{Environment.ProcessId}-{Interlocked.Increment(ref Count)}");
        Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        UnprivilegedUser.Own(Path);
        Watchdog.Guard(Path);
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string content)
    {
        var path = File(name);
        System.IO.File.WriteAllText(path, content);
        UnprivilegedUser.Own(path);
        return path;
    }

    public void Dispose()
    {
        Watchdog.Release(Path);
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
