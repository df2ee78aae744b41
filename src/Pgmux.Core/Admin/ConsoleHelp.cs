using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>SHOW HELP: a notice and no rows.</summary>
internal static class ConsoleHelp
{
    /// <summary>The answer; names only what is built.</summary>
    public static readonly ConsoleAnswer Answer = new()
    {
        Tag = "SHOW",
        Notice = ErrorFields.Notice(SqlState.SuccessfulCompletion, "Console usage").WithDetail(Usage()),
    };

    private static string Usage()
    {
        var words = ShowCommands.All.Select(show => show.Word.ToUpperInvariant());
        return $"""

            	SHOW HELP|{string.Join('|', words)}
            	SHOW <table> AS JSON
            	SET key = arg
            	RELOAD
            	PAUSE [<db>]
            	RESUME [<db>]
            	DISABLE <db>
            	ENABLE <db>
            	RECONNECT [<db>]
            	KILL [<db>]
            	KILL_CLIENT <client_id>
            	SUSPEND
            	SHUTDOWN
            	SHUTDOWN WAIT_FOR_SERVERS|WAIT_FOR_CLIENTS
            	WAIT_CLOSE [<db>]
            """;
    }
}
