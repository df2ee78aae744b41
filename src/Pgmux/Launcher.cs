using System.Runtime.InteropServices;
using Pgmux.Background;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics;
using Pgmux.Core.Handover;
using Pgmux.Core.Hosting.Restart;
using Pgmux.Native;
using Pgmux.ServiceManager;

namespace Pgmux;

/// <summary>
/// The way from the command line to serving, with every reason not to start. It holds the main thread, which nobody else wants: each
/// async method on this way would be compiled before the first client is served.
/// </summary>
internal static class Launcher
{
    private const int Success = 0;
    private const int Failure = 1;

    /// <summary>Does what the arguments ask for; returns the exit code.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        var line = CommandLineParser.Parse(arguments);
        switch (line.Action)
        {
            case CommandLineAction.ShowHelp:
                Console.Out.WriteLine(HelpText.Usage);
                return Success;
            case CommandLineAction.ShowVersion:
                Console.Out.WriteLine(ProductVersion.Text);
                Console.Out.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
                return Success;
            case CommandLineAction.Refuse:
                Console.Error.WriteLine($"pgmux: {line.Problem}");
                Console.Error.WriteLine("Try \"pgmux --help\" for more information.");
                return Failure;
            case CommandLineAction.Check:
                var result = ConfigLoader.Load(line.ConfigFile);
                Console.Out.Write(CheckReport.Of(line.ConfigFile, result));
                return result.Snapshot is null ? Failure : Success;
            default:
                return StartHereOrBehind(line, arguments);
        }
    }

    private static int StartHereOrBehind(CommandLine line, IReadOnlyList<string> arguments)
    {
        using var background = line.IsDaemon ? BackgroundProcess.Find() : null;
        if (line.IsDaemon && background is null)
        {
            return BackgroundStart.Run(arguments);
        }

        var sockets = ServiceSockets.Find(Environment.GetEnvironmentVariable, Environment.ProcessId);
        return Start(line, new StartContext(background, new ServiceNotifier(Environment.GetEnvironmentVariable("NOTIFY_SOCKET")), sockets));
    }

    private static int Start(CommandLine line, StartContext start)
    {
        // Until it serves, what goes wrong is said on stderr even with -q: nobody knows a log file yet.
        using var startLog = new LogOutput(new StandardError(), line.Verbosity, TimeProvider.System);
        var startLogger = startLog.Logger;
        var result = ConfigLoader.Load(line.ConfigFile);
        if (result.Snapshot is not { } snapshot)
        {
            foreach (var fault in result.Faults)
            {
                ConfigurationLog.Fault(startLogger, fault);
            }

            LaunchLog.Refused(startLogger, "cannot load config file");
            return Failure;
        }

        if (line.IsDaemon && MissingForDaemon(snapshot.Options) is { } missing)
        {
            LaunchLog.Refused(startLogger, missing);
            return Failure;
        }

        if (!TryDropRights(line.User ?? snapshot.Options.User, out var problem))
        {
            LaunchLog.Refused(startLogger, problem);
            return Failure;
        }

        using var log = new LogOutput(line.IsQuiet ? null : new StandardError(), line.Verbosity, TimeProvider.System);
        if (!log.Apply(snapshot.Options))
        {
            LaunchLog.Refused(startLogger, $"cannot write to logfile {snapshot.Options.Logfile}");
            return Failure;
        }

        // Before the first line says that the process is there: an early SIGHUP must not end it.
        using var signals = new ProcessSignals();
        var logger = log.Logger;
        foreach (var warning in result.Warnings)
        {
            ConfigurationLog.Warning(logger, warning);
        }

        ConfigurationLog.Loaded(logger, snapshot.FilePath, snapshot.Databases.Count, snapshot.UserList.Count);
        return line.IsReboot ? TakeOver(snapshot, log, signals, start) : HoldPidFile(snapshot, log, signals, start);
    }

    private static int TakeOver(ConfigSnapshot snapshot, LogOutput log, ProcessSignals signals, StartContext start)
    {
        try
        {
            using var takeover = Takeover.TryBegin(snapshot.Options, Identity.UserId, log.Logger);
            if (takeover is null)
            {
                return HoldPidFile(snapshot, log, signals, start);
            }

            PidFile? pidFile = null;
            try
            {
                return Serve.Run(
                    new ConfigStore(snapshot), log, signals, start with { Takeover = takeover }, () => pidFile = ReplacePidFile(snapshot, log));
            }
            finally
            {
                pidFile?.Dispose();
            }
        }
        catch (HandoverException failure)
        {
            LaunchLog.Refused(log.Logger, failure.Message);
            return Failure;
        }
    }

    // Not before the other process has handed over: until then the file is rightly its own. And no reason to stop: clients are served.
    private static PidFile? ReplacePidFile(ConfigSnapshot snapshot, LogOutput log)
    {
        if (snapshot.Options.Pidfile.Length == 0)
        {
            return null;
        }

        var pidFile = PidFile.TryReplace(snapshot.Options.Pidfile, out var problem);
        if (pidFile is null)
        {
            LaunchLog.PidFileNotReplaced(log.Logger, problem);
        }

        return pidFile;
    }

    private static int HoldPidFile(ConfigSnapshot snapshot, LogOutput log, ProcessSignals signals, StartContext start)
    {
        if (snapshot.Options.Pidfile.Length == 0)
        {
            return Serve.Run(new ConfigStore(snapshot), log, signals, start);
        }

        using var pidFile = PidFile.TryClaim(snapshot.Options.Pidfile, out var wasStale, out var problem);
        if (wasStale)
        {
            LaunchLog.StalePidFile(log.Logger);
        }

        if (pidFile is null)
        {
            LaunchLog.Refused(log.Logger, problem);
            return Failure;
        }

        return Serve.Run(new ConfigStore(snapshot), log, signals, start);
    }

    // What PgBouncer wants of a daemon: somebody must find it, and something must tell of it.
    private static string? MissingForDaemon(PgmuxOptions options)
        => options.Pidfile.Length == 0 ? "daemon needs pidfile configured"
            : options is { Logfile: "", Syslog: false } ? "daemon needs logfile or syslog configured"
            : null;

    private static bool TryDropRights(string? user, out string problem)
    {
        problem = "";
        if (!string.IsNullOrEmpty(user) && !Identity.TryBecome(user, out problem))
        {
            return false;
        }

        if (Identity.IsRoot)
        {
            problem = "pgmux should not run as root; name another user with -u or the setting user";
            return false;
        }

        return true;
    }
}
