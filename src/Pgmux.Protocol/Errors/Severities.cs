namespace Pgmux.Protocol;

/// <summary>Words of the severity fields.</summary>
internal static class Severities
{
    public const string Error = "ERROR";
    public const string Fatal = "FATAL";
    public const string Panic = "PANIC";
    public const string Notice = "NOTICE";
    public const string Warning = "WARNING";

    /// <summary>Whether it is a word that PostgreSQL has for a severity.</summary>
    public static bool IsKnown(string severity) => severity is Error or Fatal or Panic or Notice or Warning or "DEBUG" or "INFO" or "LOG";

    /// <summary>Whether the sender closes the connection after an error of that severity.</summary>
    public static bool IsFatal(string severity) => severity is Fatal or Panic;
}
