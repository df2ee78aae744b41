using System.Net;
using System.Net.Sockets;
using Pgmux.Transport;

namespace Pgmux.Testing.Transport;

/// <summary>Who listens where on the in-memory network, and which connects fail.</summary>
internal sealed class SimulatedAddresses
{
    private const int FirstPort = 40_000;

    private readonly Dictionary<string, List<SimulatedListener>> _listeners = [];
    private readonly Dictionary<string, ConnectFailure> _failures = [];
    private readonly Dictionary<string, TimeSpan> _acceptDelays = [];
    private int _nextPort = FirstPort;
    private uint _nextShared;

    /// <summary>
    /// Makes connects to an address fail. <see cref="ConnectFailure.TimedOut"/> lets them hang until their limit.
    /// </summary>
    public void Fail(EndPoint endPoint, ConnectFailure failure) => _failures[KeyOf(endPoint)] = failure;

    /// <summary>Lets connects to an address succeed again.</summary>
    public void Allow(EndPoint endPoint) => _failures.Remove(KeyOf(endPoint));

    /// <summary>Lets connects succeed at once, and who listens hear of them so much later, as a server does that is short of time.</summary>
    public void DelayAccepts(EndPoint endPoint, TimeSpan delay) => _acceptDelays[KeyOf(endPoint)] = delay;

    /// <summary>Ends all failures and delays.</summary>
    public void AllowAll()
    {
        _failures.Clear();
        _acceptDelays.Clear();
    }

    public TimeSpan AcceptDelayOf(EndPoint endPoint) => _acceptDelays.GetValueOrDefault(KeyOf(endPoint));

    public ConnectFailure? FailureOf(EndPoint endPoint) =>
        _failures.TryGetValue(KeyOf(endPoint), out var failure) ? failure : null;

    /// <summary>The address that a listener gets.</summary>
    public EndPoint Bind(ListenOptions options)
    {
        var endPoint = options.EndPoint is IPEndPoint { Port: 0 } ip ? new IPEndPoint(ip.Address, _nextPort++) : options.EndPoint;
        if (_listeners.TryGetValue(KeyOf(endPoint), out var others) && !(options.ReusePort && others.TrueForAll(other => other.IsShared)))
        {
            throw new ListenException($"Cannot listen on {endPoint}: Address already in use");
        }

        return endPoint;
    }

    public void Add(SimulatedListener listener)
    {
        var key = KeyOf(listener.EndPoint);
        if (!_listeners.TryGetValue(key, out var listeners))
        {
            _listeners.Add(key, listeners = []);
        }

        listeners.Add(listener);
    }

    public void Remove(SimulatedListener listener)
    {
        var key = KeyOf(listener.EndPoint);
        if (_listeners.TryGetValue(key, out var listeners) && listeners.Remove(listener) && listeners.Count == 0)
        {
            _listeners.Remove(key);
        }
    }

    /// <summary>Who takes the next connection to an address; null when nobody listens there.</summary>
    public SimulatedListener? Find(EndPoint endPoint)
    {
        if (!_listeners.TryGetValue(KeyOf(endPoint), out var listeners)
            && !(endPoint is IPEndPoint ip && _listeners.TryGetValue(KeyOf(new IPEndPoint(IPAddress.Any, ip.Port)), out listeners)))
        {
            return null;
        }

        return listeners[(int)(_nextShared++ % (uint)listeners.Count)];
    }

    /// <summary>A client's own address.</summary>
    public EndPoint NewLocal(EndPoint remote) =>
        remote is IPEndPoint ip ? new IPEndPoint(ip.Address, _nextPort++) : new UnixDomainSocketEndPoint("@client");

    private static string KeyOf(EndPoint endPoint) => $"{endPoint.AddressFamily} {endPoint}";
}
