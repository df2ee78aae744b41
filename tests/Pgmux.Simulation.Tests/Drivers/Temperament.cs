namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>How a client behaves: out of a thousand steps, how many go to what.</summary>
/// <param name="Name">What it is called.</param>
internal sealed record Temperament(string Name)
{
    /// <summary>Waits for every answer, and reads at once: the well-behaved.</summary>
    public static readonly Temperament Patient = new("patient");

    /// <summary>Sends on without waiting, in pieces of any size.</summary>
    public static readonly Temperament Hasty = new("hasty") { Cuts = 600, SkipsWaits = 500, Terminates = 20 };

    /// <summary>Cancels what takes long, and gives up.</summary>
    public static readonly Temperament Impatient = new("impatient") { Cancels = 120, FalseCancels = 10, Aborts = 15, Cuts = 200, SkipsWaits = 100, Terminates = 30 };

    /// <summary>Does not read for most of the time.</summary>
    public static readonly Temperament DeadSlow = new("dead slow") { Pauses = 500, Idles = 300, SkipsWaits = 300, Terminates = 5 };

    /// <summary>Leaves in the middle of whatever it does.</summary>
    public static readonly Temperament Rude = new("rude") { Aborts = 90, Cuts = 500, SkipsWaits = 300, Cancels = 20, FalseCancels = 20, Terminates = 60, Pauses = 50 };

    /// <summary>Breaks the protocol sooner or later.</summary>
    public static readonly Temperament Lawless = new("lawless") { Mutations = 60, Cuts = 300, SkipsWaits = 300, Aborts = 10 };

    private static readonly Weighted<Temperament> All = new(
        (8, "what no driver sends, fuzzers do", Lawless),
        (40, "most clients are correct drivers", Patient),
        (25, "pipelining and packets that end anywhere find wrong counts", Hasty),
        (15, "cancel is a race by design", Impatient),
        (8, "a slow reader must slow its server only", DeadSlow),
        (12, "client aborts are the commonest fault of production", Rude));

    /// <summary>Stops to write in the middle of its bytes.</summary>
    public int Cuts { get; init; }

    /// <summary>Does not wait for the answers that its driver waits for.</summary>
    public int SkipsWaits { get; init; }

    /// <summary>Sends a cancel request when something is owed.</summary>
    public int Cancels { get; init; }

    /// <summary>Sends a cancel request with a key that is not its own.</summary>
    public int FalseCancels { get; init; }

    /// <summary>Stops to read, if it reads.</summary>
    public int Pauses { get; init; }

    /// <summary>Does nothing.</summary>
    public int Idles { get; init; } = 50;

    /// <summary>Says Terminate, whatever is owed.</summary>
    public int Terminates { get; init; } = 8;

    /// <summary>Drops the connection: FIN, RST or close.</summary>
    public int Aborts { get; init; }

    /// <summary>Sends what no driver sends.</summary>
    public int Mutations { get; init; }

    public static Temperament Any(Random random) => All.Choose(random);
}
