using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Admin;

/// <summary>The run-time parameters that the console reports after a login.</summary>
internal static class ConsoleWelcome
{
    /// <summary>Names and values in the order of sending; drivers look for "bouncer" in the version.</summary>
    public static readonly IReadOnlyList<KeyValuePair<string, string>> Parameters =
    [
        new("server_version", $"{ProductVersion.Number}/bouncer"),
        new("client_encoding", "UTF8"),
        new("server_encoding", "UTF8"),
        new("DateStyle", "ISO"),
        new("TimeZone", "GMT"),
        new("standard_conforming_strings", "on"),
        new("is_superuser", "on"),
    ];
}
