using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Pgmux.Testing.Processes;

/// <summary>Sends signals to processes that the rigs have started.</summary>
internal static class SignalSender
{
    public static void Send(int processId, UnixSignal signal)
    {
        if (NativeMethods.Kill(processId, (int)signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"cannot send {signal} to process {processId}");
        }
    }
}
