using System.Diagnostics;
using System.IO.Pipes;

namespace Pgmux.Background;

/// <summary>
/// -d: the process that the terminal started begins another one, waits until that serves and ends. A runtime with threads cannot fork, so
/// the other one is started anew, with the same arguments and an environment variable that makes it the one that stays.
/// </summary>
internal static class BackgroundStart
{
    /// <summary>Starts the process that stays; returns the exit code once it serves, or has refused to.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("the system does not say which program this is");
        var start = new ProcessStartInfo(program) { UseShellExecute = false };

        // Run by the host of .NET, the first argument is the program and ours stand behind it.
        var assembly = Environment.GetCommandLineArgs()[0];
        if (Path.GetFileNameWithoutExtension(program) != Path.GetFileNameWithoutExtension(assembly))
        {
            start.ArgumentList.Add(assembly);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[BackgroundProcess.Variable] = pipe.GetClientHandleAsString();
        using var staying = Process.Start(start)!;
        pipe.DisposeLocalCopyOfClientHandle();

        // One byte when it serves; the end without one when it has ended before.
        if (pipe.ReadByte() >= 0)
        {
            return 0;
        }

        staying.WaitForExit();
        return staying.ExitCode == 0 ? 1 : staying.ExitCode;
    }
}
