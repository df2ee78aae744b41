namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>I11: no secret is logged.</summary>
internal sealed class NoSecrets(params IReadOnlyList<string> secrets) : IInvariant
{
    private int _seen;

    public IEnumerable<string> Check(MuxView view)
    {
        var events = view.Mux.Log.Events;
        for (; _seen < events.Count; _seen++)
        {
            if (secrets.FirstOrDefault(secret => events[_seen].Text.Contains(secret, StringComparison.Ordinal)) is { } secret)
            {
                yield return $"I11: a secret is logged: {events[_seen].Text}";
            }
        }
    }
}
