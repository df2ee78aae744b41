using System.Diagnostics;
using NUnit.Framework.Internal;

namespace Pgmux.Testing.Fuzzing;

/// <summary>
/// Mutates the seeds of a target and runs what comes out, until time is up or a rule is broken. Inputs whose outcome is new join the
/// seeds. The sequence of inputs follows from the seed alone; time only cuts it off.
/// </summary>
/// <remarks>
/// By hand: <c>tests/fuzz.sh SECONDS [SEED] [TARGET]</c>. A failure prints the input, made as small as it goes, and the command that
/// runs it again. What it has found becomes a test of its own with a name; the seeds are for what is not yet known.
/// </remarks>
internal sealed class FuzzLoop
{
    /// <summary>A single input takes milliseconds; one that takes that long never ends.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private const int MostShrinkRuns = 5000;

    private static readonly TimeSpan ShrinkPatience = TimeSpan.FromSeconds(40);

    private readonly FuzzTarget _target;
    private readonly FuzzOptions _options;
    private readonly Random _random;
    private readonly FuzzCorpus _corpus;
    private readonly FuzzMutator _mutator;
    private volatile byte[] _current = [];
    private long _currentSince;

    public FuzzLoop(FuzzTarget target, FuzzOptions options)
    {
        _target = target;
        _options = options;
        _random = new Random(options.Seed);
        _corpus = new FuzzCorpus(target.Seeds);
        _mutator = new FuzzMutator(_random, target.Dictionary, target.FramesStart, target.MostBytes);
    }

    /// <summary>Inputs run so far.</summary>
    public long Inputs { get; private set; }

    /// <summary>What every input has added to, to compare two runs.</summary>
    public ulong InputHash { get; private set; }

    /// <summary>Fuzzes a target as the environment says, and fails the test when a rule is broken.</summary>
    public static void Run(FuzzTarget target)
    {
        var loop = new FuzzLoop(target, FuzzOptions.FromEnvironment());
        if (loop.Find() is { } report)
        {
            Assert.Fail(report);
        }
    }

    /// <summary>Runs to the end; the report of what was found, or null.</summary>
    public string? Find()
    {
        string? report = null;
        var started = Stopwatch.GetTimestamp();
        _currentSince = started;

        // On a thread of its own, so that an input without end fails the test and does not hang it.
        var worker = new Thread(() => report = FindOnThread(started)) { IsBackground = true, Name = $"fuzz {_target.Name}" };
        worker.Start();
        while (!worker.Join(LookEvery))
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _currentSince)) > Patience)
            {
                var stuck = _current;
                return FuzzReport.Of(_target, _options.Seed, Inputs, stuck, stuck, new FuzzFindingException($"not done in {Patience.TotalSeconds} s"));
            }
        }

        TestContext.Out.WriteLine(
            $"{_target.Name}: seed {_options.Seed}, {Inputs} inputs in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s, {_corpus.Outcomes} outcomes, {_corpus.Count} inputs kept");
        return report;
    }

    private string? FindOnThread(long started)
    {
        if (_options.Input is { } input)
        {
            return Try(input);
        }

        foreach (var seed in _target.Seeds)
        {
            if (Try(seed) is { } report)
            {
                return report;
            }
        }

        var duration = _options.Duration ?? _target.Duration;
        while (Stopwatch.GetElapsedTime(started) < duration && Inputs < _options.MostInputs)
        {
            if (Try(_mutator.Mutate(_corpus.Pick(_random), _corpus.Pick(_random))) is { } report)
            {
                return report;
            }
        }

        return null;
    }

    private string? Try(byte[] input)
    {
        Inputs++;
        InputHash = Mix(InputHash, input);
        if (Failure(input, out var outcome) is not { } failure)
        {
            _corpus.Learn(input, outcome, _random);
            return null;
        }

        var reason = FuzzReport.Reason(failure);
        var shrunk = new InputShrinker(smaller => Failure(smaller, out _) is { } same && FuzzReport.Reason(same) == reason, MostShrinkRuns, ShrinkPatience).Shrink(input);
        return FuzzReport.Of(_target, _options.Seed, Inputs, input, shrunk, Failure(shrunk, out _) ?? failure);
    }

    // FNV-1a.
    private static ulong Mix(ulong hash, byte[] input)
    {
        foreach (var value in input)
        {
            hash = unchecked((hash ^ value) * 1099511628211UL);
        }

        return unchecked((hash ^ (ulong)input.Length) * 1099511628211UL);
    }

    private Exception? Failure(byte[] input, out string outcome)
    {
        _current = input;
        Volatile.Write(ref _currentSince, Stopwatch.GetTimestamp());

        // Assertions of a fake that fail here belong to the input, not to the test: the report says them once.
        using var isolated = new TestExecutionContext.IsolatedContext();
        try
        {
            outcome = _target.Run(input);
            return null;
        }
        catch (Exception exception)
        {
            outcome = "";
            return exception;
        }
    }
}
