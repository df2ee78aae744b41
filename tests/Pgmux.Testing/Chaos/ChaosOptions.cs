using System.Globalization;

namespace Pgmux.Testing.Chaos;

/// <summary>How large a run is. tests/chaos.sh gives the values by environment variables.</summary>
internal sealed record ChaosOptions
{
    /// <summary>How long faults last, after the warm-up.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Decides the faults, the clients' actions and the proxy's jitter. Only the order in which the kernel runs us is not in it.</summary>
    public int Seed { get; init; } = 1;

    public int Clients { get; init; } = 60;

    /// <summary>pgmux's default_pool_size.</summary>
    public int Servers { get; init; } = 8;

    /// <summary>Major version of PostgreSQL.</summary>
    public int Postgres { get; init; } = 15;

    /// <summary>pgmux's worker_threads.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>A client pauses up to so long between two actions.</summary>
    public int MostPauseMilliseconds { get; init; } = 100;

    /// <summary>Undisturbed load before memory and descriptors are measured for the first time.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(Math.Clamp(Time.TotalSeconds / 10, 3, 20));

    /// <summary>Where the story is written; null leaves it to the test's own output.</summary>
    public string? LogFile { get; init; }

    /// <summary>The defaults are for a test among others, of less than half a minute.</summary>
    public static ChaosOptions FromEnvironment()
    {
        var defaults = new ChaosOptions();
        return defaults with
        {
            Time = TimeSpan.FromSeconds(Number("SECONDS", (int)defaults.Time.TotalSeconds)),
            Seed = Number("SEED", defaults.Seed),
            Clients = Number("CLIENTS", defaults.Clients),
            Servers = Number("SERVERS", defaults.Servers),
            Postgres = Number("POSTGRES", defaults.Postgres),
            Workers = Number("WORKERS", defaults.Workers),
            MostPauseMilliseconds = Number("PAUSE_MS", defaults.MostPauseMilliseconds),
            LogFile = Environment.GetEnvironmentVariable("PGMUX_CHAOS_LOG"),
        };
    }

    private static int Number(string name, int otherwise)
    {
        var text = Environment.GetEnvironmentVariable($"PGMUX_CHAOS_{name}");
        return string.IsNullOrEmpty(text) ? otherwise : int.Parse(text, CultureInfo.InvariantCulture);
    }
}
