using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Pgmux.Testing.Processes;

/// <summary>The lines that a program has written so far; a test waits for the one it needs.</summary>
internal sealed class LogCapture
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isComplete;

    /// <summary>How many lines there are: the mark from which a later wait looks on.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _lines.Count;
            }
        }
    }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
            Wake();
        }
    }

    /// <summary>The program has ended: who still waits for a line waits in vain.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            Wake();
        }
    }

    /// <summary>Completes at the next line, or when there will be none.</summary>
    public Task NextChangeAsync()
    {
        lock (_gate)
        {
            return _isComplete ? Task.CompletedTask : _grown.Task;
        }
    }

    public async Task<string> WaitForAsync([StringSyntax(StringSyntaxAttribute.Regex)] string pattern, int from = 0)
    {
        using var deadline = new CancellationTokenSource(WaitLimit.Default);
        for (var next = from; ;)
        {
            Task grown;
            lock (_gate)
            {
                for (; next < _lines.Count; next++)
                {
                    if (Regex.IsMatch(_lines[next], pattern))
                    {
                        return _lines[next];
                    }
                }

                if (_isComplete)
                {
                    throw new InvalidOperationException($"the program ended without a line like '{pattern}':\n{this}");
                }

                grown = _grown.Task;
            }

            try
            {
                await grown.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"no line like '{pattern}' came:\n{this}");
            }
        }
    }

    /// <summary>The last lines, for the message of a failing test.</summary>
    public override string ToString()
    {
        const int Shown = 60;
        lock (_gate)
        {
            return string.Join('\n', _lines.TakeLast(Shown));
        }
    }

    private void Wake()
    {
        var grown = _grown;
        _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
        grown.SetResult();
    }
}
