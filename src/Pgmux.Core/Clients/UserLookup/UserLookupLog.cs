using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Clients.UserLookup;

/// <summary>Events of auth_query.</summary>
internal static partial class UserLookupLog
{
    [LoggerMessage(
        EventIds.AuthQueryFailed,
        LogLevel.Warning,
        "auth_query ({File}:{Line}) in database \"{Database}\" as auth_user \"{AuthUser}\" for user \"{User}\": {Trouble}")]
    public static partial void QueryFailed(ILogger logger, string file, int line, string database, string authUser, string user, string trouble);

    [LoggerMessage(
        EventIds.AuthDatabaseMissing,
        LogLevel.Warning,
        "{Client} authentication database \"{Database}\" is not configured. Correct auth_dbname ({File}:{Line}) or add the database to [databases]")]
    public static partial void NoSuchDatabase(ILogger logger, string client, string database, string file, int line);

    [LoggerMessage(
        EventIds.AuthDatabaseDisabled,
        LogLevel.Warning,
        "{Client} authentication database \"{Database}\" is disabled (auth_dbname, {File}:{Line}). ENABLE it on the console")]
    public static partial void DatabaseDisabled(ILogger logger, string client, string database, string file, int line);
}
