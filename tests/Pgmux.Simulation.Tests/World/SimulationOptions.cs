using System.Globalization;
using Pgmux.Simulation.Tests.Drivers;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;

namespace Pgmux.Simulation.Tests.World;

/// <summary>What one simulated run is made of; all of it follows from the seed.</summary>
internal sealed record SimulationOptions
{
    /// <summary>Decides everything else.</summary>
    public required int Seed { get; init; }

    /// <summary>Clients at once.</summary>
    public required int Clients { get; init; }

    /// <summary>Intruders at once, beside the clients.</summary>
    public required int Rogues { get; init; }

    /// <summary>Loops of the multiplexer.</summary>
    public required int Loops { get; init; }

    /// <summary>default_pool_size.</summary>
    public required int PoolSize { get; init; }

    /// <summary>Whether clients keep their servers: pool_mode = session.</summary>
    public required bool IsSessionPooled { get; init; }

    /// <summary>max_prepared_statements.</summary>
    public required int PreparedStatements { get; init; }

    /// <summary>share_unnamed_statements.</summary>
    public required bool SharesUnnamed { get; init; }

    /// <summary>What goes wrong.</summary>
    public required FaultLevel Faults { get; init; }

    /// <summary>Bytes that one direction of a link holds.</summary>
    public required int CapacityBytes { get; init; }

    /// <summary>Whether time limits are so short that runs reach them.</summary>
    public required bool HasShortLimits { get; init; }

    /// <summary>Whether servers are asked before they are lent: server_check_query.</summary>
    public required bool ChecksServers { get; init; }

    /// <summary>How servers find out who logs in.</summary>
    public required LoginMethod ServerLogin { get; init; }

    /// <summary>Who goes next when several could.</summary>
    public required ScheduleKind Schedule { get; init; }

    /// <summary>Whether loops take note of what has come before they tell it, as on io_uring.</summary>
    public required bool AnnouncesEarly { get; init; }

    /// <summary>Steps with faults.</summary>
    public required int Steps { get; init; }

    public static SimulationOptions FromSeed(int seed)
    {
        var random = new Random(seed);
        return new SimulationOptions
        {
            Seed = seed,
            Clients = random.Next(2, 9),
            Loops = random.Next(1, 4),
            PoolSize = random.Next(1, 4),
            IsSessionPooled = random.Next(10) == 0,
            PreparedStatements = Pick(random, 0, 1, 3, 200),
            SharesUnnamed = random.Next(2) == 0,
            Faults = Pick(random, FaultLevel.None, FaultLevel.Clients, FaultLevel.Few, FaultLevel.Many),
            CapacityBytes = Pick(random, 1024, 8 * 1024, 64 * 1024),
            Rogues = random.Next(3) == 0 ? 1 : 0,
            HasShortLimits = random.Next(3) == 0,
            ChecksServers = random.Next(6) == 0,
            ServerLogin = Pick(random, LoginMethod.Trust, LoginMethod.Cleartext, LoginMethod.Md5, LoginMethod.ScramSha256),
            Schedule = Pick(random, Enum.GetValues<ScheduleKind>()),
            Steps = random.Next(200, 1200),
            AnnouncesEarly = random.Next(2) == 0,
        };
    }

    /// <summary>What may end a session of a client that has done nothing wrong.</summary>
    public FatalCause AllowedEnds =>
        (Faults >= FaultLevel.Few ? FatalCause.ServerLost | FatalCause.ServerLogin | FatalCause.Parameter : FatalCause.None)
        | (HasShortLimits ? FatalCause.Timeout | FatalCause.ServerLost | FatalCause.ServerLogin : FatalCause.None);

    /// <summary>The configuration of the multiplexer.</summary>
    public PgmuxSettings Settings(int poolSize) => new()
    {
        Databases = new Dictionary<string, string> { ["db"] = TestMux.DatabaseLine },
        Secrets = new Dictionary<string, string>(Secrets),
        Settings = AllSettings(poolSize).ToDictionary(pair => pair.Key, pair => pair.Value),
    };

    /// <summary>Passwords by user; none of them may be seen anywhere.</summary>
    public static IReadOnlyDictionary<string, string> Secrets { get; } = new Dictionary<string, string>
    {
        ["alice"] = "planted-secret-of-alice",
        ["bob"] = "planted-secret-of-bob",
        ["admin"] = "planted-secret-of-admin",
    };

    private IEnumerable<(string Key, string Value)> AllSettings(int poolSize)
    {
        yield return ("default_pool_size", Text(poolSize));
        yield return ("pool_mode", IsSessionPooled ? "session" : "transaction");
        yield return ("max_prepared_statements", Text(PreparedStatements));
        yield return ("share_unnamed_statements", SharesUnnamed ? "1" : "0");
        yield return ("server_login_retry", "1");
        yield return ("server_check_query", ChecksServers ? "SELECT 1" : "");
        yield return ("server_check_delay", "0");
        if (!HasShortLimits)
        {
            yield return ("query_wait_timeout", "0");
            yield return ("client_login_timeout", "0");
            yield return ("server_connect_timeout", "0");

            // A cancel request over a link that stands still takes as long as that does.
            yield return ("cancel_wait_timeout", "1000000");
        }
        else
        {
            yield return ("query_wait_timeout", "5");
            yield return ("query_timeout", "10");
            yield return ("idle_transaction_timeout", "8");
            yield return ("server_idle_timeout", "3");
            yield return ("server_lifetime", "15");
            yield return ("cancel_wait_timeout", "4");
        }
    }

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
