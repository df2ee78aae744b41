using System.Runtime.InteropServices;

namespace Pgmux.Core.Configuration;

/// <summary>Says in the system's words why a file could not be used. The runtime's own texts may be left out of a build.</summary>
internal static class FileProblem
{
    /// <summary>Whether the exception is one that a file operation may end with through no fault of the program.</summary>
    public static bool IsExpected(Exception exception)
        => exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    /// <summary>Half a sentence to stand behind the name of the file.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file or directory",
        UnauthorizedAccessException => "permission denied",
        PathTooLongException => "the name is too long",

        // On Unix the HResult of a plain IOException is the error number of the failed call.
        IOException { HResult: > 0 } io => Marshal.GetPInvokeErrorMessage(io.HResult).ToLowerInvariant(),
        _ => "not a usable file name",
    };
}
