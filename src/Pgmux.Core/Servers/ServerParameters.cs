using System.Collections;
using Pgmux.Core.Parameters;
using Pgmux.Protocol;

namespace Pgmux.Core.Servers;

/// <summary>The run-time parameters of one server: what it has, what it reports by itself, and how it gets a client's.</summary>
internal class ServerParameters(TrackedParameters tracked, ParameterSetCache sets)
{
    private readonly BitArray _isReported = new(tracked.Count);
    private readonly ParameterChanges _changes = new(tracked, sets);

    private ParameterSet _atLogin = ParameterSet.Unknown(tracked.Count);

    // A RESET or DISCARD ALL has ended in the current query cycle.
    private bool _isReset;

    /// <summary>What the server has now.</summary>
    public ParameterSet Current { get; private set; } = ParameterSet.Unknown(tracked.Count);

    /// <summary>The values of the login are in.</summary>
    public void OnLoginCompleted()
    {
        Current = sets.Intern(Current);
        Current.MarkAccepted();
        _atLogin = Current;
    }

    /// <summary>The server has reported a parameter while no client holds it, or in answer to pgmux itself.</summary>
    public void OnReported(ParameterStatus status) => Take(status, out _);

    /// <summary>
    /// The server has reported a parameter in answer to its client, which takes the value over. After RESET the server is back at
    /// the value of its own login, but a client expects the one of its login: then that value is the client's, and it is what the
    /// client is told.
    /// </summary>
    /// <returns>What to tell the client instead of the server's message; null to forward that.</returns>
    public string? OnReported(ParameterStatus status, IServerLessee lessee)
    {
        if (!Take(status, out var index))
        {
            return null;
        }

        var startup = _isReset && Current[index] == _atLogin[index] ? lessee.StartupValue(index) : null;
        lessee.Parameters = sets.Intern(lessee.Parameters.With(index, startup ?? Current[index]));
        return startup;
    }

    /// <summary>A statement has ended with this tag.</summary>
    public void OnCommandComplete(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("RESET"u8) && !body.StartsWith("DISCARD ALL"u8))
        {
            return;
        }

        _isReset = true;
        for (var i = 0; i < tracked.Count; i++)
        {
            // Back at the server's own value, which nobody will report.
            Current = _isReported[i] ? Current : Current.With(i, null);
        }

        Current = sets.Intern(Current);
    }

    /// <summary>The tracked parameter of this name, as PostgreSQL writes it.</summary>
    public string NameOf(ReadOnlySpan<byte> name) => tracked.Names[tracked.IndexOf(name)];

    /// <summary>A query cycle has ended.</summary>
    public void OnReadyForQuery() => _isReset = false;

    /// <summary>The statements that give the server its client's parameters; null when it has them.</summary>
    public virtual string? Difference(ParameterSet wanted) =>
        ReferenceEquals(wanted, Current) ? null : _changes.Difference(Current, wanted);

    /// <summary>The same, one by one.</summary>
    public IEnumerable<string> Statements(ParameterSet wanted) => ParameterSql.Statements(tracked, Current, wanted);

    /// <summary>
    /// The server has accepted its client's parameters. What it reports is its canonical form of what was asked (DateStyle "ISO" is
    /// "ISO, MDY"); the client takes that over and is told, so that an equal value is not asked again. What the server never
    /// reports it has as asked.
    /// </summary>
    public void OnAccepted(IServerLessee lessee)
    {
        var wanted = lessee.Parameters;
        var merged = Current;
        for (var i = 0; i < tracked.Count; i++)
        {
            if (!_isReported[i])
            {
                merged = merged.With(i, wanted[i]);
            }
            else if (merged[i] is { } canonical && !string.Equals(canonical, wanted[i], StringComparison.Ordinal))
            {
                BackendMessages.WriteParameterStatus(lessee.Output, tracked.Names[i], canonical);
            }
        }

        Current = ReferenceEquals(merged, Current) ? Current : sets.Intern(merged);
        Current.MarkAccepted();
        lessee.Parameters = Current;
    }

    private bool Take(ParameterStatus status, out int index)
    {
        index = tracked.IndexOf(status.Name);
        if (index < 0)
        {
            return false;
        }

        _isReported[index] = true;
        Current = _changes.Reported(Current, index, status.Value);
        return true;
    }
}
