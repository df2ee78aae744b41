using System.Net;

namespace Pgmux.Testing.Processes;

/// <summary>What surrounds the program under test when it starts.</summary>
internal sealed record PgmuxLaunch
{
    /// <summary>A command that becomes the program, which stands behind it: prlimit with its options.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];

    /// <summary>Variables added to the environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The port to listen on, where a test shares one; null for one of its own.</summary>
    public int? Port { get; init; }

    /// <summary>The address that its settings say to listen on.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>A starter that ignores signals, as a script's `&amp;` and nohup do; space-separated names.</summary>
    public static PgmuxLaunch Ignoring(string signals) => new() { Before = ["sh", "-c", $"trap '' {signals}; exec \"$@\"", "sh"] };

    /// <summary>Under a limit of prlimit: nofile=1024:20000.</summary>
    public static PgmuxLaunch Limited(string limit) => new() { Before = ["prlimit", $"--{limit}"] };
}
