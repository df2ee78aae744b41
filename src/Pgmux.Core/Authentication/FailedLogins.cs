using System.Net;
using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Authentication;

/// <summary>
/// Failed logins by address of the client, for auth_max_failures. For all loops together; asked at logins with a password only, and only
/// while the setting is on. Clients at the Unix socket are not counted: the kernel knows who they are, and a local user could keep others out.
/// </summary>
internal sealed class FailedLogins
{
    /// <summary>
    /// Most addresses that are remembered, at about 150 bytes each; the one whose last failure is longest ago goes first. Whoever has more
    /// addresses than that is held back by <c>auth_failure_delay</c> and max_client_conn.
    /// </summary>
    public const int AddressLimit = 10_000;

    // Whoever has one address of an IPv6 network has the network: the smallest that is given out.
    private const int NetworkBits = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<NetAddress, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byAge = [];

    /// <summary>An address is new again so long after its last failure. fail2ban's default.</summary>
    public static TimeSpan Memory { get; } = TimeSpan.FromMinutes(10);

    /// <summary>How many addresses are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>A login from there has failed.</summary>
    /// <param name="address">The client's address.</param>
    /// <param name="clock">What the time is measured by.</param>
    /// <param name="now">Now, in its ticks.</param>
    public void Add(IPAddress address, TimeProvider clock, long now)
    {
        var key = KeyOf(address);
        lock (_lock)
        {
            Forget(clock, now);
            var failures = 1;
            if (_entries.Remove(key, out var node))
            {
                failures += node.Value.Failures;
                _byAge.Remove(node);
            }
            else if (_entries.Count >= AddressLimit)
            {
                RemoveOldest();
            }

            _entries.Add(key, _byAge.AddLast(new Entry(key, failures, now)));
        }
    }

    /// <summary>How many logins from there have failed within the time that counts.</summary>
    public int CountOf(IPAddress address, TimeProvider clock, long now)
    {
        lock (_lock)
        {
            Forget(clock, now);
            return _entries.TryGetValue(KeyOf(address), out var node) ? node.Value.Failures : 0;
        }
    }

    private static NetAddress KeyOf(IPAddress address)
    {
        var exact = NetAddress.From(address);
        return exact.IsIPv4 ? exact : exact with { Bits = exact.Bits >> NetworkBits };
    }

    private void Forget(TimeProvider clock, long now)
    {
        while (_byAge.First is { } oldest && clock.GetElapsedTime(oldest.Value.LastFailure, now) >= Memory)
        {
            RemoveOldest();
        }
    }

    private void RemoveOldest()
    {
        _entries.Remove(_byAge.First!.Value.Key);
        _byAge.RemoveFirst();
    }

    private readonly record struct Entry(NetAddress Key, int Failures, long LastFailure);
}
