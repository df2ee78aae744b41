namespace Pgmux.Core.Admin;

/// <summary>What somebody may do on the console. Each grade includes those before it.</summary>
internal enum ConsoleRights
{
    /// <summary>Not even connect to it.</summary>
    None,

    /// <summary>Look: stats_users.</summary>
    Look,

    /// <summary>Everything: admin_users.</summary>
    Administer,
}
