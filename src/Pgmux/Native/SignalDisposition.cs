using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Pgmux.Native;

/// <summary>What the kernel does with a signal that nobody handles.</summary>
internal static partial class SignalDisposition
{
    private const string IgnoredField = "SigIgn:";
    private const nint Default = 0;
    private const nint Failed = -1;

    /// <summary>
    /// Undoes that the starter ignored some of these signals: a shell does that with SIGINT and SIGQUIT for what it puts in the
    /// background, nohup with SIGHUP. The runtime leaves an ignored signal ignored, so this comes before its first handler; signals
    /// that are not ignored keep what the runtime has set up for them.
    /// </summary>
    public static void StopIgnoring(IEnumerable<int> signals)
    {
        // A mask in hexadecimal; the lowest bit is signal 1.
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(IgnoredField, StringComparison.Ordinal));
        var ignored = ulong.Parse(line.AsSpan(IgnoredField.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        foreach (var signal in signals)
        {
            if ((ignored & (1UL << (signal - 1))) != 0 && SetHandler(signal, Default) == Failed)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError(), $"cannot stop ignoring signal {signal}");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    private static partial nint SetHandler(int signal, nint handler);
}
