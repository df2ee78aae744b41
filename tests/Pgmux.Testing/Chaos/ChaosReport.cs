using System.Collections.Concurrent;
using Pgmux.Testing.Chaos.Load;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos;

/// <summary>What a run has seen: what went well, which errors clients got, and what must not have happened.</summary>
internal sealed class ChaosReport(ChaosLog log)
{
    /// <summary>Findings that are written down whole; a broken build would fill the disk.</summary>
    private const int MostFindings = 100;

    private readonly ConcurrentDictionary<LoadKind, long> _actions = [];
    private readonly ConcurrentDictionary<string, long> _errors = [];
    private readonly ConcurrentQueue<string> _findings = [];
    private long _findingCount;
    private long _crossed;
    private long _actionCount;
    private volatile bool _areFaultsOn;

    /// <summary>Whether clients may lose connections: from the first fault until the last is over and forgotten.</summary>
    public bool AreFaultsOn
    {
        get => _areFaultsOn;
        set => _areFaultsOn = value;
    }

    public long ActionCount => Interlocked.Read(ref _actionCount);

    public long FindingCount => Interlocked.Read(ref _findingCount);

    /// <summary>Replies that belonged to somebody else, or to nobody.</summary>
    public long CrossedCount => Interlocked.Read(ref _crossed);

    public IReadOnlyCollection<string> Findings => _findings;

    public string Actions => string.Join(", ", _actions.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"));

    public string Errors => string.Join(", ", _errors.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} {pair.Key}"));

    public void CountAction(LoadKind kind)
    {
        _actions.AddOrUpdate(kind, 1, (_, count) => count + 1);
        Interlocked.Increment(ref _actionCount);
    }

    public void CountError(RawMessage error) => _errors.AddOrUpdate($"{error.Severity} {error.SqlState} {error.Message}", 1, (_, count) => count + 1);

    /// <summary>Something that must not happen.</summary>
    public void Find(string what)
    {
        if (Interlocked.Increment(ref _findingCount) <= MostFindings)
        {
            _findings.Enqueue(what);
            log.Write($"FOUND: {what}");
        }
    }

    /// <summary>Something that only a fault explains.</summary>
    public void FindUnlessFaulted(string what)
    {
        if (!AreFaultsOn)
        {
            Find(what);
        }
    }

    public void FindCrossed(string what)
    {
        Interlocked.Increment(ref _crossed);
        Find($"crossed reply: {what}");
    }
}
