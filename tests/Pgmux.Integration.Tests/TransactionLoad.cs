using System.Globalization;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests;

/// <summary>Clients that each run one transaction after another, and check that every answer is their own.</summary>
internal sealed class TransactionLoad : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly RawClient[] _clients;
    private readonly Task<string>[] _work;
    private int _served;

    private TransactionLoad(RawClient[] clients)
    {
        _clients = clients;
        _work = [.. clients.Select(WorkAsync)];
    }

    public int Served => Volatile.Read(ref _served);

    public static async Task<TransactionLoad> StartAsync(int count, Func<Task<RawClient>> login)
    {
        var clients = new RawClient[count];
        for (var n = 0; n < count; n++)
        {
            clients[n] = await login();
        }

        var load = new TransactionLoad(clients);
        await load.WaitForAsync(count);
        return load;
    }

    /// <summary>Waits until so many more transactions are through; fails with what has ended a client.</summary>
    public Task WaitForAsync(int more)
    {
        var target = Served + more;
        return Eventually.HoldsAsync(
            async () =>
            {
                if (_work.FirstOrDefault(task => task.IsCompleted) is { } ended)
                {
                    Assert.Fail($"a client ended: {await ended}");
                }

                return Served >= target;
            },
            $"{more} more transactions");
    }

    /// <summary>Ends the work, which nothing else may have ended; returns how many transactions were served.</summary>
    public async Task<int> StopAsync()
    {
        await _end.CancelAsync();
        Assert.That(await Task.WhenAll(_work), Is.All.Empty);
        return Served;
    }

    /// <summary>What has ended each client.</summary>
    public Task<string[]> EndsAsync() => Task.WhenAll(_work).WaitAsync(WaitLimit.Default);

    public void Dispose()
    {
        _end.Cancel();
        foreach (var client in _clients)
        {
            client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        _end.Dispose();
    }

    // Empty when it was stopped, else the error.
    private async Task<string> WorkAsync(RawClient client, int number)
    {
        for (var turn = 0; !_end.IsCancellationRequested; turn++)
        {
            var nonce = string.Create(CultureInfo.InvariantCulture, $"{number} {turn}");
            foreach (var (sql, value) in new[] { ("BEGIN", null), ($"SELECT '{nonce}'", nonce), ("COMMIT", (string?)null) })
            {
                await client.SendAsync(RawMessages.Query(sql));
                for (var message = await client.ReadAsync(); message?.Type != 'Z'; message = await client.ReadAsync())
                {
                    if (message is null or { Type: 'E' })
                    {
                        return message is null ? "closed without a word" : $"{message.Severity} {message.SqlState} {message.Message}";
                    }

                    if (message.Type == 'D' && message.Columns()[0] != value)
                    {
                        return $"{nonce} was answered {message.Columns()[0]}";
                    }
                }
            }

            Interlocked.Increment(ref _served);
        }

        return "";
    }
}
