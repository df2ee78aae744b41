using System.Globalization;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>The commands that stop and start service, with PgBouncer's words. What is wrong with one is an answer, not an exception.</summary>
internal sealed class ConsoleSwitches(IPoolerSwitches switches, IConsoleWaiter waiter, ILogger logger, string logPrefix)
{
    private const string AlreadyPaused = "already suspended/paused";

    /// <summary>Runs a command.</summary>
    /// <param name="verb">Its word, in lower case.</param>
    /// <param name="argument">The database or number it names; empty is none.</param>
    /// <returns>Null when it is none of these.</returns>
    public async ValueTask<ConsoleAnswer?> TryRunAsync(string verb, string argument) => verb switch
    {
        "pause" => await PauseAsync(argument),
        "suspend" when argument.Length == 0 => await SuspendAsync(),
        "resume" => Resume(argument),
        "disable" => SetDisabled(argument, isDisabled: true),
        "enable" => SetDisabled(argument, isDisabled: false),
        "reconnect" => Refusal(argument, "reconnect") ?? Reconnect(argument),
        "kill" => Kill(argument),
        "kill_client" => await KillClientAsync(argument),
        "wait_close" => await WaitCloseAsync(argument),
        _ => null,
    };

    private async ValueTask<ConsoleAnswer> PauseAsync(string argument)
    {
        if (switches.IsPaused || switches.IsSuspended)
        {
            return ConsoleAnswer.Failed(AlreadyPaused);
        }

        if (Refusal(argument, "pause") is { } refusal)
        {
            return refusal;
        }

        var database = DatabaseOf(argument);
        Log("PAUSE", database);
        if (database is not null)
        {
            switches.Pause(database);
        }
        else if (!switches.TryPause())
        {
            return ConsoleAnswer.Failed(AlreadyPaused);
        }

        var end = await waiter.WaitAsync(() => switches.IsQuiet(database));
        if (end != ConsoleWaitEnd.Done)
        {
            // Not left half: nobody would know that it has to be resumed.
            _ = database is null ? switches.TryResume() : switches.TryResume(database);
        }

        return Answer(end, "PAUSE");
    }

    private async ValueTask<ConsoleAnswer> SuspendAsync()
    {
        if (switches.IsPaused || switches.IsSuspended)
        {
            return ConsoleAnswer.Failed(AlreadyPaused);
        }

        if (switches.HasPausedDatabase)
        {
            // Their clients wait, so their requests cannot be finished.
            return ConsoleAnswer.Failed("cannot suspend with paused databases");
        }

        Log("SUSPEND", null);
        if (!switches.TrySuspend())
        {
            return ConsoleAnswer.Failed(AlreadyPaused);
        }

        // RESUME by somebody else ends the wait too.
        var end = await waiter.WaitAsync(() => switches.IsAtRest || !switches.IsSuspended);
        if (end != ConsoleWaitEnd.Done)
        {
            _ = switches.TryResume();
        }

        return Answer(end, "SUSPEND");
    }

    private ConsoleAnswer Resume(string argument)
    {
        if (DatabaseOf(argument) is not { } database)
        {
            Log("RESUME", null);
            return switches.IsShuttingDown ? ConsoleAnswer.Failed("pooler is shutting down")
                : switches.TryResume() ? ConsoleAnswer.Done("RESUME")
                : ConsoleAnswer.Failed("pooler is not paused/suspended");
        }

        Log("RESUME", database);
        return !switches.HasDatabase(database) ? NoSuchDatabase(database)
            : switches.TryResume(database) ? ConsoleAnswer.Done("RESUME")
            : ConsoleAnswer.Failed($"database {database} is not paused");
    }

    private ConsoleAnswer SetDisabled(string argument, bool isDisabled)
    {
        if (DatabaseOf(argument) is not { } database)
        {
            return ConsoleAnswer.Failed("a database is required");
        }

        var word = isDisabled ? "DISABLE" : "ENABLE";
        Log(word, database);
        if (Refusal(argument, isDisabled ? "disable" : "enable") is { } refusal)
        {
            return refusal;
        }

        switches.SetDisabled(database, isDisabled);
        return ConsoleAnswer.Done(word);
    }

    private ConsoleAnswer Reconnect(string argument)
    {
        var database = DatabaseOf(argument);
        Log("RECONNECT", database);
        switches.Reconnect(database);
        return ConsoleAnswer.Done("RECONNECT");
    }

    private ConsoleAnswer Kill(string argument)
    {
        if (switches.IsPaused || switches.IsSuspended)
        {
            return ConsoleAnswer.Failed(AlreadyPaused);
        }

        if (Refusal(argument, "kill") is { } refusal)
        {
            return refusal;
        }

        var database = DatabaseOf(argument);
        Log("KILL", database);
        switches.Kill(database);
        return ConsoleAnswer.Done("KILL");
    }

    private async ValueTask<ConsoleAnswer> KillClientAsync(string argument)
    {
        // As PgBouncer reads it: the digits that it begins with.
        var digits = argument.AsSpan()[..(argument.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : argument.Length)];
        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return ConsoleAnswer.Failed("invalid client pointer supplied");
        }

        Log($"KILL_CLIENT {id}", null);
        return await switches.TryKillClientAsync(id) ? ConsoleAnswer.Done("KILL_CLIENT") : ConsoleAnswer.Failed("client not found");
    }

    private async ValueTask<ConsoleAnswer> WaitCloseAsync(string argument)
    {
        if (Refusal(argument, "wait in") is { } refusal)
        {
            return refusal;
        }

        var database = DatabaseOf(argument);
        Log("WAIT_CLOSE", database);
        return Answer(await waiter.WaitAsync(() => switches.IsTidy(database)), "WAIT_CLOSE");
    }

    private static ConsoleAnswer Answer(ConsoleWaitEnd end, string word) => end == ConsoleWaitEnd.Cancelled
        ? ConsoleAnswer.Failed($"canceling {word} due to user request", SqlState.QueryCanceled)
        : ConsoleAnswer.Done(word);

    private ConsoleAnswer? Refusal(string argument, string deed) => DatabaseOf(argument) is not { } database ? null
        : !switches.HasDatabase(database) ? NoSuchDatabase(database)
        : ConfigSnapshot.IsConsole(database) ? ConsoleAnswer.Failed($"cannot {deed} admin db: {database}")
        : null;

    private static ConsoleAnswer NoSuchDatabase(string name) => ConsoleAnswer.Failed($"no such database: {name}");

    private static string? DatabaseOf(string argument) => argument.Length == 0 ? null : argument;

    private void Log(string word, string? database) =>
        AdminLog.CommandIssued(logger, logPrefix, database is null ? word : $"{word} '{database}'");
}
