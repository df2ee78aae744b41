using System.Runtime.InteropServices;

namespace Pgmux;

/// <summary>
/// Catches signals instead of the runtime's own handlers, until it is disposed. What arrives while the process still starts
/// is kept until somebody can act on it.
/// </summary>
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

    private readonly Lock _gate = new();
    private readonly List<ProcessSignal> _early = [];
    private readonly PosixSignalRegistration[] _registrations;
    private Action<ProcessSignal>? _received;

    /// <summary>Starts to listen: from now on no signal ends the process by itself.</summary>
    public ProcessSignals()
        => _registrations =
        [
            .. Meanings.Select(entry => PosixSignalRegistration.Create(entry.Signal, context =>
            {
                // Cancel is the runtime's word for: do not also do what you would do without me.
                context.Cancel = true;
                Receive(entry.Meaning);
            })),
        ];

    /// <summary>
    /// Hands over the signals that came so far, and those to come as they come. The callback runs on a thread of its own and
    /// should only post.
    /// </summary>
    public void DeliverTo(Action<ProcessSignal> received)
    {
        lock (_gate)
        {
            _received = received;
            _early.ForEach(received);
            _early.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void Receive(ProcessSignal signal)
    {
        lock (_gate)
        {
            if (_received is { } received)
            {
                received(signal);
            }
            else
            {
                _early.Add(signal);
            }
        }
    }
}
