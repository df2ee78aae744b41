using System.Runtime.InteropServices;
using Pgmux.Core.Diagnostics.Lines;

namespace Pgmux.Native;

/// <summary>
/// stderr as a place for log lines. .NET's own stream waits when a pipe is full; a log reader that hangs must not hang the
/// sessions, so the pipe is asked first and the line dropped.
/// </summary>
internal sealed partial class StandardError : ILogTarget
{
    private const int Descriptor = 2;
    private const short PollOut = 4;
    private const int InterruptedCall = 4;

    /// <inheritdoc/>
    public bool TryWrite(ReadOnlySpan<byte> line)
    {
        while (!line.IsEmpty)
        {
            var descriptor = new PollDescriptor { Descriptor = Descriptor, Events = PollOut };
            if (Poll(ref descriptor, 1, 0) != 1 || descriptor.Returned != PollOut)
            {
                return false;
            }

            // A line is no longer than PIPE_BUF, so a pipe that can be written to takes it whole.
            var written = Write(Descriptor, line, (nuint)line.Length);
            if (written < 0 && Marshal.GetLastPInvokeError() != InterruptedCall)
            {
                return false;
            }

            line = line[(int)Math.Max(written, 0)..];
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> bytes, nuint count);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
