using Pgmux.Core.Admin;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics;
using Pgmux.Core.Handover;
using Pgmux.Core.Hosting;
using Pgmux.Native;
using Pgmux.Transport;
using Pgmux.Transport.Uring;

namespace Pgmux;

/// <summary>From a good configuration to a process that serves.</summary>
internal static class Serve
{
    private const int Success = 0;
    private const int Failure = 1;

    /// <summary>Serves until a signal or the console ends it, or another process has taken over; returns the exit code.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="log">Where events go.</param>
    /// <param name="signals">Those that the process gets.</param>
    /// <param name="start">Who waits to hear that it serves, and whom it takes over from.</param>
    /// <param name="onServing">Called when it serves; null is nothing.</param>
    public static int Run(ConfigStore config, LogOutput log, ProcessSignals signals, StartContext start, Action? onServing = null)
    {
        var logger = log.Logger;
        PgmuxServer server;
        try
        {
            server = PgmuxServer.StartAsync(config, logger, Identity.UserId, start.Sockets, start.Takeover).GetAwaiter().GetResult();
        }
        catch (ListenException failure)
        {
            LaunchLog.Refused(logger, failure.Message);
            return Failure;
        }
        catch (UringUnavailableException failure)
        {
            LaunchLog.Refused(logger, $"event_engine = io_uring: {failure.Message}; auto or epoll serve here");
            return Failure;
        }

        try
        {
            var multiplexer = server.Multiplexer;
            multiplexer.ReadConfiguration = () => Reload.Run(config, log, logger);
            multiplexer.SettingsChanged = options => log.Apply(options);
            multiplexer.StopBegan = start.Manager.Stopping;
            multiplexer.TakenOver = start.Manager.MainProcess;
            start.Takeover?.Complete(multiplexer);
            onServing?.Invoke();
            start.OnServing();
            signals.DeliverTo(signal =>
            {
                switch (signal)
                {
                    case ProcessSignal.Reload:
                        start.Manager.Reloading();
                        multiplexer.Reload();
                        start.Manager.Ready();
                        break;
                    case ProcessSignal.ShutdownNow:
                        multiplexer.BeginShutdown(ShutdownMode.Immediate);
                        break;
                    case ProcessSignal.ShutdownWaitForServers:
                        multiplexer.BeginShutdown(ShutdownMode.WaitForServers);
                        break;
                    case ProcessSignal.ShutdownWaitForClients:
                        multiplexer.BeginShutdown(ShutdownMode.WaitForClients);
                        break;
                    case ProcessSignal.Pause:
                        PauseSignals.Pause(multiplexer.Switches, logger);
                        break;
                    case ProcessSignal.Resume:
                        PauseSignals.Resume(multiplexer.Switches, logger);
                        break;
                }
            });
            multiplexer.Stopped.GetAwaiter().GetResult();
        }
        catch (HandoverException failure)
        {
            // The other process goes on with them.
            server.LeaveListeners();
            LaunchLog.Refused(logger, failure.Message);
            return Failure;
        }
        finally
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        return Success;
    }
}
