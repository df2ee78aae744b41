using System.Runtime.InteropServices;

namespace Pgmux;

/// <summary>Hands signals to a callback instead of the runtime's own handlers, until it is disposed.</summary>
internal sealed class ProcessSignals : IDisposable
{
    private static readonly (PosixSignal Signal, ProcessSignal Meaning)[] Meanings =
    [
        (PosixSignal.SIGHUP, ProcessSignal.Reload),
        (PosixSignal.SIGTERM, ProcessSignal.ShutdownWaitForClients),
        (PosixSignal.SIGINT, ProcessSignal.ShutdownWaitForServers),
        (PosixSignal.SIGQUIT, ProcessSignal.ShutdownNow),

        // The runtime has no names for these two and takes the kernel's numbers; unhandled they would end the process.
        ((PosixSignal)10, ProcessSignal.Pause),
        ((PosixSignal)12, ProcessSignal.Resume),
    ];

    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Starts to listen. The callback runs on a thread of its own and should only post.</summary>
    public ProcessSignals(Action<ProcessSignal> received)
        => _registrations =
        [
            .. Meanings.Select(entry => PosixSignalRegistration.Create(entry.Signal, context =>
            {
                // Cancel is the runtime's word for: do not also do what you would do without me.
                context.Cancel = true;
                received(entry.Meaning);
            })),
        ];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }
}
