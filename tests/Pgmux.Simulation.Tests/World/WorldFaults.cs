using System.Net;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Simulation.Tests.World;

/// <summary>What servers, links and the operator do to a run. Clients misbehave by themselves.</summary>
internal sealed class WorldFaults(TestMux mux, SimulationOptions options, Random random)
{
    private const int LongestDelay = 400;

    // Per message and kind of fault, of which there are 15: one or two in a run of some hundred messages, or a dozen.
    private const double FewFaults = 0.0002;
    private const double ManyFaults = 0.002;
    private const double Noise = 0.01;
    private const double LostCancels = 0.1;
    private static readonly TimeSpan SlowestSignal = TimeSpan.FromMilliseconds(300);

    private readonly List<LinkFaults> _paused = [];

    /// <summary>Told when a link is made to stand still: who has connected over it.</summary>
    public Action<EndPoint>? LinkPaused { get; set; }

    /// <summary>Turns up what servers do by themselves.</summary>
    public void Start()
    {
        var postgres = mux.Postgres;
        postgres.LoginMethod = options.ServerLogin;
        foreach (var (user, secret) in SimulationOptions.Secrets)
        {
            postgres.Passwords[user] = secret;
        }

        if (options.Faults == FaultLevel.None)
        {
            return;
        }

        var faults = new BackendFaults(random) { NoiseRate = Noise };
        faults.SetAll(options.Faults switch { FaultLevel.Many => ManyFaults, FaultLevel.Few => FewFaults, _ => 0 });
        postgres.Faults = faults;
        var lost = options.Faults == FaultLevel.Many ? LostCancels : 0;
        postgres.CancelFaults = new CancelFaults(random)
        {
            MostSignalDelay = SlowestSignal,
            MostCloseDelay = SlowestSignal,
            RefusalRate = lost,
            HangRate = lost,
        };
    }

    /// <summary>Does one thing.</summary>
    public void Step()
    {
        if (random.Next(3) == 0)
        {
            ReleaseWaits();
            return;
        }

        switch (options.Faults)
        {
            case FaultLevel.None:
                Harmless();
                break;
            case FaultLevel.Clients:
                Harmless();
                break;
            case FaultLevel.Few when random.Next(4) > 0:
                Harmless();
                break;
            default:
                Harmful();
                break;
        }
    }

    /// <summary>No more faults, and an end of those that last.</summary>
    public void Stop()
    {
        mux.Network.Heal();
        mux.Postgres.Heal();
        ReleaseWaits();
    }

    /// <summary>Lets statements go on that wait.</summary>
    public void ReleaseWaits()
    {
        foreach (var server in mux.Postgres.Open)
        {
            if (server.IsWaiting)
            {
                server.ReleaseQuietly();
            }
        }
    }

    // Nobody may notice.
    private void Harmless()
    {
        switch (random.Next(5))
        {
            case 0:
                mux.BeginReload(options.Settings(options.PoolSize + random.Next(3)));
                break;
            case 1 when _paused.Count > 0:
                _paused.ForEach(faults => faults.IsPaused = false);
                _paused.Clear();
                break;
            case 1 or 2:
                Pause();
                break;
            default:
                AnyDirection(AnyLink())?.Delay = TimeSpan.FromMilliseconds(random.Next(LongestDelay));
                break;
        }
    }

    private void Harmful()
    {
        switch (random.Next(8))
        {
            case 0 or 1:
                AnyBackendLink()?.Break();
                break;
            case 2 when AnyBackendLink() is { } link:
                (random.Next(2) == 0 ? link.There : link.Back).Faults.BeginBlackHole();
                break;
            case 3:
                mux.Network.Addresses.Fail(mux.Postgres.EndPoint, random.Next(2) == 0 ? ConnectFailure.Refused : ConnectFailure.TimedOut);
                break;
            case 4 or 5:
                mux.Network.Addresses.Allow(mux.Postgres.EndPoint);
                break;
            case 6 when mux.Postgres.Open is { Count: > 0 } servers:
                servers[random.Next(servers.Count)].TerminateQuietly();
                break;
            default:
                Harmless();
                break;
        }
    }

    private void Pause()
    {
        if (AnyLink() is { } link)
        {
            var direction = AnyDirection(link)!;
            direction.IsPaused = true;
            _paused.Add(direction);
            if (link.Client is { } client)
            {
                LinkPaused?.Invoke(client.LocalEndPoint);
            }
        }
    }

    private InMemoryLink? AnyLink() => mux.Network.Links is { Count: > 0 } links ? links[random.Next(links.Count)] : null;

    private LinkFaults? AnyDirection(InMemoryLink? link) => (random.Next(2) == 0 ? link?.There : link?.Back)?.Faults;

    private InMemoryLink? AnyBackendLink()
    {
        var links = mux.Network.Links.Where(link => link.Server?.LocalEndPoint is IPEndPoint address && address.Equals(mux.Postgres.EndPoint)).ToArray();
        return links.Length == 0 ? null : links[random.Next(links.Length)];
    }
}
