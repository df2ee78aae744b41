namespace Pgmux.Protocol;

/// <summary>Words of the severity fields.</summary>
internal static class Severities
{
    public const string Error = "ERROR";
    public const string Fatal = "FATAL";
    public const string Panic = "PANIC";
    public const string Notice = "NOTICE";
    public const string Warning = "WARNING";

    /// <summary>Whether the sender closes the connection after an error of that severity.</summary>
    public static bool IsFatal(string severity) => severity is Fatal or Panic;
}
