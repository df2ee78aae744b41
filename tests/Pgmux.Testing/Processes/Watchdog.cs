using System.Diagnostics;

namespace Pgmux.Testing.Processes;

/// <summary>
/// A shell beside the test host that learns of every temporary folder through a pipe. The pipe ends with the host, however it dies;
/// what a folder's *.pid files name is then stopped and the folders are removed.
/// </summary>
internal static class Watchdog
{
    // SIGQUIT is "stop at once" to PostgreSQL and pgmux alike; who has not gone after five seconds is killed.
    // Lists are split at line ends only: a folder's path may hold blanks.
    private const string Script = """
        trap '' HUP INT TERM
        newline='
        '
        IFS=$newline
        folders=''
        while IFS=' ' read -r word folder; do
          case $word in
            guard) folders="$folders$folder$newline" ;;
            release) rest=''; for f in $folders; do [ "$f" = "$folder" ] || rest="$rest$f$newline"; done; folders=$rest ;;
          esac
        done
        pids=''
        for folder in $folders; do
          for file in "$folder"/*.pid; do
            [ -f "$file" ] && pids="$pids$(head -n 1 "$file")$newline"
          done
        done
        tell() { for pid in $pids; do kill "-$1" "$pid" 2>/dev/null && told=yes; done; }
        tell CONT
        tell QUIT
        tries=0 told=yes
        while [ "$tries" -lt 50 ] && [ "$told" = yes ]; do sleep 0.1; tries=$((tries + 1)); told=no; tell 0; done
        tell KILL
        for folder in $folders; do rm -rf "$folder"; done
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
