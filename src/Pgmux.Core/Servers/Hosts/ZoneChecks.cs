using Microsoft.Extensions.Logging;
using Pgmux.Transport;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>
/// Looks at the serial numbers of zones, one zone after the other, and says whose hosts are to be asked for again. Swept by one loop; the
/// serial numbers are read on any thread.
/// </summary>
internal sealed class ZoneChecks(IHostLookup lookup, TimeProvider clock, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, uint> _serials = new(StringComparer.OrdinalIgnoreCase);
    private long? _lastAt;
    private int _active;

    /// <summary>Questions that wait for their answers: one at most.</summary>
    public int ActiveQueries => Volatile.Read(ref _active);

    /// <summary>The last serial number of a zone; 0 when none is known.</summary>
    public uint SerialOf(string zone)
    {
        lock (_gate)
        {
            return _serials.GetValueOrDefault(zone);
        }
    }

    /// <summary>Begins a round when it is time for one.</summary>
    /// <param name="loop">The loop that sweeps.</param>
    /// <param name="period">Time between two rounds; zero is no round at all.</param>
    /// <param name="zones">The zones of now.</param>
    /// <param name="changed">Told of each zone whose serial number has grown.</param>
    public void Sweep(EventLoop loop, TimeSpan period, Func<IReadOnlyList<string>> zones, Action<string> changed)
    {
        if (period == TimeSpan.Zero)
        {
            _lastAt = null;
            return;
        }

        _lastAt ??= loop.Timestamp;
        if (_active == 0 && clock.GetElapsedTime(_lastAt.Value, loop.Timestamp) >= period)
        {
            _ = RunAsync(loop, zones(), changed);
        }
    }

    private async Task RunAsync(EventLoop loop, IReadOnlyList<string> zones, Action<string> changed)
    {
        Volatile.Write(ref _active, 1);
        try
        {
            Forget(zones);
            foreach (var zone in zones)
            {
                await CheckAsync(loop, zone, changed);
            }
        }
        finally
        {
            Volatile.Write(ref _active, 0);
            _lastAt = loop.Timestamp;
        }
    }

    private async Task CheckAsync(EventLoop loop, string zone, Action<string> changed)
    {
        uint? serial = null;
        try
        {
            serial = await await loop.OffloadAsync(() => lookup.ReadSerialAsync(zone));
        }
        catch (Exception failure)
        {
            // A fault of ours: nobody awaits this, and the next zones are to be looked at.
            HostsLog.Fault(logger, failure, zone);
        }

        if (serial is not { } current)
        {
            HostsLog.SerialUnknown(logger, zone);
        }
        else if (TryAdvance(zone, current, out var old))
        {
            HostsLog.SerialChanged(logger, zone, old, current);
            changed(zone);
        }
    }

    // Serial numbers run round (RFC 1982). The first one counts as a change: the zone may have changed since its hosts were asked for.
    private bool TryAdvance(string zone, uint current, out uint old)
    {
        lock (_gate)
        {
            var isNew = !_serials.TryGetValue(zone, out old) || unchecked((int)(current - old)) > 0;
            if (isNew)
            {
                _serials[zone] = current;
            }

            return isNew;
        }
    }

    private void Forget(IReadOnlyList<string> zones)
    {
        lock (_gate)
        {
            foreach (var zone in _serials.Keys.Except(zones, StringComparer.OrdinalIgnoreCase).ToArray())
            {
                _serials.Remove(zone);
            }
        }
    }
}
