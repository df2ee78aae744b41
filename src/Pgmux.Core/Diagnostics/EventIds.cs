namespace Pgmux.Core.Diagnostics;

/// <summary>
/// Ids of log events. Each folder of the project has a hundred of its own; an id that was once given away is never used for
/// another event.
/// </summary>
internal static class EventIds
{
    // 1000 to 1099: Configuration.

    /// <summary>The configuration was read.</summary>
    public const int ConfigurationLoaded = 1000;

    /// <summary>Something in a file is wrong.</summary>
    public const int ConfigurationFault = 1001;

    /// <summary>Something in a file is odd.</summary>
    public const int ConfigurationWarning = 1002;

    /// <summary>A reload found faults.</summary>
    public const int ReloadRefused = 1003;

    /// <summary>A reload took a new configuration.</summary>
    public const int Reloaded = 1004;

    /// <summary>auth_file had changed and was read again.</summary>
    public const int UsersReloaded = 1005;

    /// <summary>auth_file had changed and cannot be used.</summary>
    public const int UsersRefused = 1006;

    // 1100 to 1199: Diagnostics.

    /// <summary>The log file cannot be opened.</summary>
    public const int LogFileUnusable = 1100;

    // 1200 to 1299: Authentication.
    // 1300 to 1399: Parameters.
    // 1400 to 1499: Statements.
    // 1500 to 1599: Servers.
    // 1600 to 1699: Pooling.
    // 1700 to 1799: Cancellation.
    // 1800 to 1899: Clients.
    // 1900 to 1999: Admin.

    /// <summary>A console command is run.</summary>
    public const int ConsoleCommand = 1900;

    /// <summary>A console command was refused.</summary>
    public const int ConsoleError = 1901;

    // 2000 to 2099: Hosting.
    // 2100 to 2199: the executable.

    /// <summary>The process ends before it has served anybody.</summary>
    public const int StartRefused = 2100;

    /// <summary>The pid file of a dead process was replaced.</summary>
    public const int StalePidFile = 2101;
}
