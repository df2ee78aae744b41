using System.Net.Sockets;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Differential;

/// <summary>One client of a running script: what it has still to send, and what came.</summary>
internal sealed class ScriptedClient(RawClient connection, TraceText text) : IAsyncDisposable
{
    private readonly List<byte> _unsent = [];
    private readonly List<string> _trace = [];
    private bool _isOver;

    /// <summary>Where the first segment is cut in two; 0 leaves it whole.</summary>
    public int Cut { get; set; }

    /// <summary>It has sent everything, and the last word was that it is idle.</summary>
    public bool IsBetweenTransactions => _unsent.Count == 0 && (_trace.Count == 0 || _trace[^1] == "Z I");

    public IReadOnlyList<string> Trace => SortParameters(_trace);

    public void Write(byte[] bytes) => _unsent.AddRange(bytes);

    public async Task SendAsync()
    {
        if (_unsent.Count == 0 || _isOver)
        {
            return;
        }

        byte[] bytes = [.. _unsent];
        _unsent.Clear();
        await connection.TrySendAsync(bytes[..Cut]);
        await connection.TrySendAsync(bytes[Cut..]);
        Cut = 0;
    }

    public async Task ReadAsync(char type, int count)
    {
        await SendAsync();
        while (count > 0 && await ReadOneAsync() is { } message)
        {
            count -= message.Type == type ? 1 : 0;
        }
    }

    public async Task ReadToEndAsync()
    {
        await SendAsync();
        while (await ReadOneAsync() is not null)
        {
        }
    }

    /// <summary>Nothing more is expected of it, neither words nor an end.</summary>
    public void Reset()
    {
        _isOver = true;
        connection.Reset();
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<RawMessage?> ReadOneAsync()
    {
        if (_isOver)
        {
            return null;
        }

        try
        {
            var message = await connection.ReadAsync();
            _trace.Add(message is null ? "(closed)" : text.Line(message));
            _isOver = message is null;
            return message;
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or SocketException)
        {
            // Part of the trace: the other side does not stop here.
            _trace.Add($"({e.Message})");
            _isOver = true;
            return null;
        }
    }

    /// <summary>Neighbouring ParameterStatus may come in any order.</summary>
    private static List<string> SortParameters(List<string> lines)
    {
        var sorted = new List<string>(lines);
        for (var start = 0; start < sorted.Count; start++)
        {
            var length = sorted.Skip(start).TakeWhile(line => line.StartsWith("S ", StringComparison.Ordinal)).Count();
            sorted.Sort(start, length, StringComparer.Ordinal);
            start += length;
        }

        return sorted;
    }
}
