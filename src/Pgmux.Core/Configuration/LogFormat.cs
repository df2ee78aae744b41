namespace Pgmux.Core.Configuration;

/// <summary>What a line of the log looks like.</summary>
internal enum LogFormat
{
    /// <summary>PgBouncer's: time, process id, level and text.</summary>
    Pgbouncer,

    /// <summary>An object of JSON, for collectors that would have to take the text apart.</summary>
    Json,
}
