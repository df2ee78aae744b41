using Npgsql;

namespace Pgmux.Benchmarks.Load;

/// <summary>
/// <c>hold-clients</c>: opens connections, lets each run one query, and holds them all idle until standard input ends, so that somebody
/// else can read what they cost the process at the other end. Says "holding N" after each step. A line of input begins the next step,
/// but the line "again" lets every held client run a query first: "answered N, failed M".
/// </summary>
internal static class HoldClientsVerb
{
    public const string Name = "hold-clients";

    // Enough to keep a pooler busy without running into its backlog.
    private const int LoginsInFlight = 16;

    // More at once than any pool has servers, so that the wait queue takes part.
    private const int QueriesInFlight = 256;

    private const string Again = "again";

    private const string Usage =
        $"usage: {Name} [--host H] [--port P] [--database D] [--user U] [--password P] [--count N | --steps N,N,...]";

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        HoldClientsOptions options;
        try
        {
            options = HoldClientsOptions.Parse(arguments);
        }
        catch (FormatException fault)
        {
            Console.Error.WriteLine(fault.Message);
            Console.Error.WriteLine(Usage);
            return 2;
        }

        await using var clients = new HeldClients(options);
        try
        {
            foreach (var count in options.Steps)
            {
                await clients.AddAsync(count, LoginsInFlight);
                Console.WriteLine($"holding {clients.Count}");
                if (!await NextStepAsync(clients))
                {
                    break;
                }
            }
        }
        catch (Exception fault) when (fault is NpgsqlException or WrongAnswerException)
        {
            Console.Error.WriteLine($"{Name}: after {clients.Count} clients: {fault.Message}");
            return 1;
        }

        return 0;
    }

    /// <summary>False when the input has ended.</summary>
    private static async Task<bool> NextStepAsync(HeldClients clients)
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line != Again)
            {
                return true;
            }

            var outcome = await clients.AskAgainAsync(QueriesInFlight);
            if (outcome.FirstFault is not null)
            {
                Console.Error.WriteLine($"{Name}: {outcome.FirstFault}");
            }

            Console.WriteLine($"answered {outcome.Answered}, failed {outcome.Failed}");
        }

        return false;
    }
}
