using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>Runs commands with the rights of one user.</summary>
internal sealed class ConsoleExecutor(IConsoleSource source, IConsoleWaiter waiter, ConsoleRights rights, ILogger logger, string logPrefix)
{
    private const string AccessNeeded = "admin access needed";
    private const string TlsUnapplied = "TLS settings could not be applied, still using old configuration";

    private readonly ConsoleSwitches _switches = new(source.Switches, waiter, logger, logPrefix);

    /// <summary>The columns that a command's result will have; null when it has none, or will fail.</summary>
    public static ColumnDescription[]? ColumnsOf(ConsoleCommand command)
    {
        if (!command.IsShow)
        {
            return null;
        }

        var columns = FakedParameters.TryFind(command.Argument, out var column, out _)
            ? [ConsoleColumn.Text(column)]
            : ShowCommands.Find(command.Argument)?.Columns;
        return command.IsJson && columns is not null ? JsonTable.Columns : columns;
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

        return verb.Word switch
        {
            ConsoleCommand.Set => await SetAsync(command.Argument, command.Value!),
            "reload" when command.Argument.Length == 0 => await ReloadAsync(),
            "shutdown" when ModeOf(command.Argument) is { } mode => Shutdown(mode),
            "handover" when command.Argument.Length == 0 => HandOver(),
            "show" or "select" => await ShowAsync(command, text),
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

    private async ValueTask<ConsoleAnswer> ShowAsync(ConsoleCommand command, string text)
    {
        var answer = await ShowAsync(command.Argument, command.IsJson, text);
        return command.IsJson && answer.Table is { } table ? ConsoleAnswer.Show(JsonTable.Of(table)) : answer;
    }

    private async ValueTask<ConsoleAnswer> ShowAsync(string word, bool isJson, string text)
    {
        // HELP is no table.
        if (!isJson && word.Equals("help", StringComparison.OrdinalIgnoreCase))
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

        return ConsoleAnswer.Show(new ConsoleTable(show.Columns, await show.Rows(source)));
    }

    private async ValueTask<ConsoleAnswer> SetAsync(string name, string value)
    {
        if (FakedParameters.TryFind(name, out _, out _))
        {
            return new ConsoleAnswer { Tag = "SET", Notice = ErrorFields.Notice(SqlState.SuccessfulCompletion, "SET ignored") };
        }

        if (rights < ConsoleRights.Administer)
        {
            return ConsoleAnswer.Failed(AccessNeeded);
        }

        AdminLog.CommandIssued(logger, logPrefix, $"SET {name}");
        var change = await source.ChangeAsync(name, value);
        var fault = change.Faults.FirstOrDefault();
        if (fault is not null && !change.IsUnapplied)
        {
            return new ConsoleAnswer { Error = ErrorFields.Error(SqlState.ProtocolViolation, "SET failed").WithDetail(fault.Message) };
        }

        // As it was typed, as in PgBouncer; but a password is not sent back.
        var setting = SettingTable.Find(name)!;
        var running = source.Config.Print(setting);
        return ConsoleAnswer.Done($"SET {name}={(setting.HidesSecrets ? running : value)}") with
        {
            Notice = change.IsKept ? ErrorFields.Notice(SqlState.SuccessfulCompletion, $"{name} stays {running} until pgmux is started again")
                : fault is not null ? ErrorFields.Notice(SqlState.SuccessfulCompletion, TlsUnapplied).WithDetail(fault.Message)
                : null,
        };
    }

    private async ValueTask<ConsoleAnswer> ReloadAsync()
    {
        AdminLog.CommandIssued(logger, logPrefix, "RELOAD");
        return await source.ReloadAsync()
            ? ConsoleAnswer.Done("RELOAD")
            : ConsoleAnswer.Failed("RELOAD failed, see logs for additional details", SqlState.ConfigFileError);
    }

    private ConsoleAnswer HandOver()
    {
        AdminLog.CommandIssued(logger, logPrefix, "HANDOVER");
        return source.InviteSuccessor() is { } refusal ? ConsoleAnswer.Failed(refusal) : ConsoleAnswer.Done("HANDOVER");
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
