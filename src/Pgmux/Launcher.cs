using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics;
using Pgmux.Native;

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
                return Start(line);
        }
    }

    private static int Start(CommandLine line)
    {
        // Until it serves, what goes wrong is said on stderr even with -q: nobody knows a log file yet.
        using var startLog = new LogOutput(new StandardError(), line.Verbosity, TimeProvider.System);
        var startLogger = startLog.Logger;
        if (UnbuiltOption(line) is { } refusal)
        {
            LaunchLog.Refused(startLogger, refusal);
            return Failure;
        }

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
        return HoldPidFile(snapshot, log, logger, signals);
    }

    private static int HoldPidFile(ConfigSnapshot snapshot, LogOutput log, ILogger logger, ProcessSignals signals)
    {
        if (snapshot.Options.Pidfile.Length == 0)
        {
            return Serve.Run(new ConfigStore(snapshot), log, signals);
        }

        using var pidFile = PidFile.TryClaim(snapshot.Options.Pidfile, out var wasStale, out var problem);
        if (wasStale)
        {
            LaunchLog.StalePidFile(logger);
        }

        if (pidFile is null)
        {
            LaunchLog.Refused(logger, problem);
            return Failure;
        }

        return Serve.Run(new ConfigStore(snapshot), log, signals);
    }

    private static string? UnbuiltOption(CommandLine line)
        => line.IsDaemon ? "option -d: this build cannot run in the background; start it under a service manager"
            : line.IsReboot ? "option -R: this build cannot take over from a running process; use so_reuseport"
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
