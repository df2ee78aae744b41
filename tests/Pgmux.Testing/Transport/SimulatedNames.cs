using System.Net;
using Pgmux.Core.Servers.Hosts;

namespace Pgmux.Testing.Transport;

/// <summary>The names of a simulated network: answers at once, unless a test holds the answers back.</summary>
internal sealed class SimulatedNames : IHostLookup
{
    private readonly Dictionary<string, HostAnswer> _answers = new(StringComparer.OrdinalIgnoreCase) { ["localhost"] = HostAnswer.Found([IPAddress.Loopback]) };
    private readonly Dictionary<string, uint> _serials = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<TaskCompletionSource> _held = [];

    /// <summary>Names that were asked about, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Zones whose serial number was asked for, in order.</summary>
    public List<string> AskedZones { get; } = [];

    /// <summary>Whether answers are held back until <see cref="Release"/>.</summary>
    public bool Holds { get; set; }

    /// <summary>Answers that are held back.</summary>
    public int HeldCount => _held.Count;

    /// <summary>Gives a name its addresses.</summary>
    public void Set(string host, params IPAddress[] addresses) => _answers[host] = HostAnswer.Found(addresses);

    /// <summary>Gives a name an answer.</summary>
    public void Set(string host, HostAnswer answer) => _answers[host] = answer;

    /// <summary>Gives a zone a serial number.</summary>
    public void SetSerial(string zone, uint serial) => _serials[zone] = serial;

    /// <summary>Lets the name servers be away for everybody who asks about this name.</summary>
    public void Fail(string host) => _answers[host] = HostAnswer.Failed("the name servers have not answered");

    /// <summary>Nobody has this name any more.</summary>
    public void Remove(string host) => _answers.Remove(host);

    /// <summary>Gives all answers that are held back, as they are now.</summary>
    public void Release()
    {
        Holds = false;
        foreach (var held in _held)
        {
            held.SetResult();
        }

        _held.Clear();
    }

    public async Task<HostAnswer> LookUpAsync(string host)
    {
        Asked.Add(host);
        if (Holds)
        {
            var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _held.Add(held);
            await held.Task;
        }

        return _answers.GetValueOrDefault(host) ?? HostAnswer.NoSuchHost("no such name");
    }

    public Task<uint?> ReadSerialAsync(string zone)
    {
        AskedZones.Add(zone);
        return Task.FromResult<uint?>(_serials.TryGetValue(zone, out var serial) ? serial : null);
    }
}
