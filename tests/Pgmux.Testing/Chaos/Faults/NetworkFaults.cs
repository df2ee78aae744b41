namespace Pgmux.Testing.Chaos.Faults;

/// <summary>What happens between pgmux and PostgreSQL. Every fault is healed before its method ends.</summary>
internal sealed class NetworkFaults(ChaosProxy proxy)
{
    public async Task HoldAsync(Random random, TimeSpan time)
    {
        // One direction, or both.
        var which = random.Next(3);
        var held = new FlowToxics { IsHeld = true };
        if (which != 0)
        {
            proxy.Apply(FlowDirection.ToServer, held);
        }

        if (which != 1)
        {
            proxy.Apply(FlowDirection.ToClient, held);
        }

        await WaitAndHealAsync(time);
    }

    public async Task SlowAsync(Random random, TimeSpan time)
    {
        foreach (var direction in Enum.GetValues<FlowDirection>())
        {
            proxy.Apply(direction, new FlowToxics
            {
                Latency = TimeSpan.FromMilliseconds(random.Next(30)),
                Jitter = TimeSpan.FromMilliseconds(random.Next(30)),
                SliceBytes = random.Next(3) switch { 0 => 0, 1 => random.Next(50, 2000), _ => random.Next(5, 50) },
            });
        }

        await WaitAndHealAsync(time);
    }

    public async Task LosePacketsAsync(Random random, TimeSpan time)
    {
        var share = 0.01 + (random.NextDouble() * 0.09);
        foreach (var link in proxy.Links)
        {
            link.LosePackets(share);
        }

        await WaitAndHealAsync(time);
    }

    public void Reset(Random random)
    {
        foreach (var link in Some(random))
        {
            link.Reset();
        }
    }

    public async Task VanishAsync(Random random, TimeSpan time)
    {
        var links = Some(random);
        foreach (var link in links)
        {
            link.Vanish();
        }

        await Task.Delay(time);
        foreach (var link in links.Where(_ => random.Next(2) == 0))
        {
            link.Reset();
        }

        await proxy.HealAsync();
    }

    public async Task LoseServersAsync(ProxyMode mode, Random random, TimeSpan time)
    {
        await proxy.SetModeAsync(mode);
        Reset(random);
        await WaitAndHealAsync(time);
    }

    private async Task WaitAndHealAsync(TimeSpan time)
    {
        await Task.Delay(time);
        await proxy.HealAsync();
    }

    /// <summary>One to all of the connections that live.</summary>
    private ProxyLink[] Some(Random random)
    {
        var links = proxy.Links.ToArray();
        random.Shuffle(links);
        return links[..random.Next(Math.Min(1, links.Length), links.Length + 1)];
    }
}
