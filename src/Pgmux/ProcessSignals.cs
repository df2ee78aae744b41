using System.Runtime.InteropServices;
using Pgmux.Native;

namespace Pgmux;

/// <summary>
/// Catches signals instead of the runtime's own handlers, until it is disposed. What arrives while the process still starts
/// is kept until somebody can act on it.
/// </summary>
internal sealed class ProcessSignals : IDisposable
{
    // With the kernel's numbers, which the runtime takes too: it has no names for SIGUSR1 and SIGUSR2, and unhandled they would end
    // the process.
    private static readonly (int Signal, ProcessSignal Meaning)[] Meanings =
    [
        (1, ProcessSignal.Reload),
        (15, ProcessSignal.ShutdownWaitForClients),
        (2, ProcessSignal.ShutdownWaitForServers),
        (3, ProcessSignal.ShutdownNow),
        (10, ProcessSignal.Pause),
        (12, ProcessSignal.Resume),
    ];

    private readonly Lock _gate = new();
    private readonly List<ProcessSignal> _early = [];
    private readonly PosixSignalRegistration[] _registrations;
    private Action<ProcessSignal>? _received;

    /// <summary>Starts to listen: from now on no signal ends the process by itself.</summary>
    public ProcessSignals()
    {
        // PgBouncer's handlers count whatever its starter ignored; all of them before the runtime installs its first.
        SignalDisposition.StopIgnoring(Array.ConvertAll(Meanings, entry => entry.Signal));
        _registrations = Array.ConvertAll(Meanings, entry => Catch(entry.Signal, entry.Meaning));
    }

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

    private PosixSignalRegistration Catch(int signal, ProcessSignal meaning) => PosixSignalRegistration.Create((PosixSignal)signal, context =>
    {
        // Cancel is the runtime's word for: do not also do what you would do without me.
        context.Cancel = true;
        Receive(meaning);
    });

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
