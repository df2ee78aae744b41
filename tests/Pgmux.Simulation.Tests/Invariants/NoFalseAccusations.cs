using Pgmux.Core.Servers;
using Pgmux.Testing.FakePostgres;

namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>I7: no server is closed for breaking the protocol that has kept it: whoever it was for waits for another one.</summary>
internal sealed class NoFalseAccusations : IInvariant
{
    private static readonly string Accusation = $" closing because: {ServerCloseReason.ProtocolViolation.Describe()} ";

    // Servers leave their pools with what is logged of their end.
    private readonly Dictionary<ServerConnection, FakeServer> _backends = [];
    private int _seen;

    public IEnumerable<string> Check(MuxView view)
    {
        var events = view.Mux.Log.Events;
        for (; _seen < events.Count; _seen++)
        {
            var text = events[_seen].Text;
            if (text.Contains(Accusation, StringComparison.Ordinal) && _backends.Any(pair => pair.Value.Fault is null && text.StartsWith(pair.Key.LogName, StringComparison.Ordinal)))
            {
                yield return $"I7: {text}, and its backend has not";
            }
        }

        foreach (var server in view.Pools.SelectMany(pool => pool.Servers))
        {
            if (!_backends.ContainsKey(server) && view.BackendOf(server) is { } backend)
            {
                _backends.Add(server, backend);
            }
        }
    }
}
