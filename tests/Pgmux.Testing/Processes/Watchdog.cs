using System.Diagnostics;

namespace Pgmux.Testing.Processes;

/// <summary>
/// A shell beside the test host that learns of every temporary folder through a pipe. The pipe ends with the host, however it dies;
/// what a folder's *.pid files name is then stopped and the folders are removed.
/// </summary>
internal static class Watchdog
{
    // SIGQUIT is "stop at once" to PostgreSQL and pgmux alike; who has not gone after five seconds is killed.
    private const string Script = """
        trap '' HUP INT TERM
        folders=''
        while read -r word folder; do
          case $word in
            guard) folders="$folders $folder" ;;
            release) rest=''; for f in $folders; do [ "$f" = "$folder" ] || rest="$rest $f"; done; folders=$rest ;;
          esac
        done
        for folder in $folders; do
          for file in "$folder"/*.pid; do
            [ -f "$file" ] || continue
            pid=$(head -n 1 "$file")
            kill -CONT "$pid" 2>/dev/null
            kill -QUIT "$pid" 2>/dev/null
            tries=0
            while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
            kill -KILL "$pid" 2>/dev/null
          done
          rm -rf "$folder"
        done
        """;

    private static readonly Lock Gate = new();
    private static Process? Shell;

    public static void Guard(string folder) => Tell($"guard {folder}");

    public static void Release(string folder) => Tell($"release {folder}");

    private static void Tell(string line)
    {
        lock (Gate)
        {
            Shell ??= Launch();
            Shell.StandardInput.WriteLine(line);
            Shell.StandardInput.Flush();
        }
    }

    private static Process Launch()
    {
        // A session of its own: Ctrl-C in a terminal must reach the host first.
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Script]) { RedirectStandardInput = true, WorkingDirectory = "/" };
        return Process.Start(start) ?? throw new InvalidOperationException("the watchdog did not start");
    }
}
