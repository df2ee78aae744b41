using Microsoft.Extensions.Logging;
using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>Runs commands with the rights of one user.</summary>
internal sealed class ConsoleExecutor(IConsoleSource source, IConsoleWaiter waiter, ConsoleRights rights, ILogger logger, string logPrefix)
{
    private const string AccessNeeded = "admin access needed";

    private readonly ConsoleSwitches _switches = new(source.Switches, waiter, logger, logPrefix);

    /// <summary>The columns that a command's result will have; null when it has none, or will fail.</summary>
    public static ColumnDescription[]? ColumnsOf(ConsoleCommand command)
    {
        if (command.Word is not ("show" or "select"))
        {
            return null;
        }

        return FakedParameters.TryFind(command.Argument, out var column, out _)
            ? [ConsoleColumn.Text(column)]
            : ShowCommands.Find(command.Argument)?.Columns;
    }

    /// <summary>Runs a command; whatever is wrong with it is an answer, not an exception.</summary>
    public async ValueTask<ConsoleAnswer> RunAsync(ConsoleCommand command, string text)
    {
        var verb = ConsoleVerb.Find(command.Word);
        if (verb is null)
        {
            return ConsoleAnswer.Failed(ConsoleCommandParser.Refusal(text));
        }

        if (rights < verb.Needs)
        {
            return ConsoleAnswer.Failed(AccessNeeded);
        }

        if (!verb.IsBuilt)
        {
            return NotBuilt(verb.Word.ToUpperInvariant());
        }

        return verb.Word switch
        {
            ConsoleCommand.Set => Set(command),
            "reload" when command.Argument.Length == 0 => await ReloadAsync(),
            "shutdown" when ModeOf(command.Argument) is { } mode => Shutdown(mode),
            "show" or "select" => await ShowAsync(command.Argument, text),
            _ => await _switches.TryRunAsync(verb.Word, command.Argument) ?? ConsoleAnswer.Failed(ConsoleCommandParser.Refusal(text)),
        };
    }

    private static ShutdownMode? ModeOf(string argument) => argument.ToUpperInvariant() switch
    {
        "" => ShutdownMode.Immediate,
        "WAIT_FOR_SERVERS" => ShutdownMode.WaitForServers,
        "WAIT_FOR_CLIENTS" => ShutdownMode.WaitForClients,
        _ => null,
    };

    private static ConsoleAnswer NotBuilt(string what)
        => ConsoleAnswer.Failed($"{what} is not built into pgmux yet", SqlState.FeatureNotSupported);

    private async ValueTask<ConsoleAnswer> ShowAsync(string word, string text)
    {
        if (word.Equals("help", StringComparison.OrdinalIgnoreCase))
        {
            return ConsoleHelp.Answer;
        }

        if (FakedParameters.TryFind(word, out var column, out var value))
        {
            return ConsoleAnswer.Show(new ConsoleTable([ConsoleColumn.Text(column)], [[value]]));
        }

        if (ShowCommands.Find(word) is not { } show)
        {
            return ConsoleAnswer.Failed(ConsoleCommandParser.Refusal(text));
        }

        if (rights < show.Needs)
        {
            return ConsoleAnswer.Failed(AccessNeeded);
        }

        return show.Columns is null
            ? NotBuilt($"SHOW {show.Word.ToUpperInvariant()}")
            : ConsoleAnswer.Show(new ConsoleTable(show.Columns, await show.Rows(source)));
    }

    private ConsoleAnswer Set(ConsoleCommand command)
    {
        if (FakedParameters.TryFind(command.Argument, out _, out _))
        {
            return new ConsoleAnswer { Tag = "SET", Notice = ErrorFields.Notice(SqlState.SuccessfulCompletion, "SET ignored") };
        }

        if (rights < ConsoleRights.Administer)
        {
            return ConsoleAnswer.Failed(AccessNeeded);
        }

        return Configuration.SettingTable.Find(command.Argument) is null
            ? ConsoleAnswer.Failed("SET failed")
            : NotBuilt("SET of a setting");
    }

    private async ValueTask<ConsoleAnswer> ReloadAsync()
    {
        AdminLog.CommandIssued(logger, logPrefix, "RELOAD");
        return await source.ReloadAsync()
            ? ConsoleAnswer.Done("RELOAD")
            : ConsoleAnswer.Failed("RELOAD failed, see logs for additional details", SqlState.ConfigFileError);
    }

    private ConsoleAnswer Shutdown(ShutdownMode mode)
    {
        AdminLog.CommandIssued(logger, logPrefix, mode switch
        {
            ShutdownMode.WaitForServers => "SHUTDOWN WAIT_FOR_SERVERS",
            ShutdownMode.WaitForClients => "SHUTDOWN WAIT_FOR_CLIENTS",
            _ => "SHUTDOWN",
        });
        source.Shutdown(mode);
        return ConsoleAnswer.Done("SHUTDOWN") with { IsSilent = mode == ShutdownMode.Immediate };
    }
}
