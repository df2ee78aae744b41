using System.Globalization;

namespace Pgmux.Testing.Processes;

/// <summary>A session of the administration console over the simple protocol, as PgBouncer's tools have one.</summary>
internal sealed class ConsoleClient(RawClient client) : IAsyncDisposable
{
    /// <summary>Logs in to the console of a pgmux whose clients are trusted.</summary>
    public static async Task<ConsoleClient> ConnectAsync(PgmuxProcess pgmux, string user = "admin", string password = "admin-secret") =>
        new(await RawClient.LoginAsync(pgmux.TcpEndPoint, user, "pgbouncer", password));

    /// <summary>The raw answer to a command.</summary>
    public Task<IReadOnlyList<RawMessage>> SendAsync(string command) => client.QueryAsync(command);

    /// <summary>Runs a command that must not fail; returns its tag.</summary>
    public async Task<string> ExecuteAsync(string command)
    {
        var messages = await SendAsync(command);
        return messages.FirstOrDefault(message => message.Type == 'C')?.Tag
            ?? throw new InvalidOperationException($"{command}: {string.Join(' ', messages)}");
    }

    /// <summary>The rows of SHOW, each by column name.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> ShowAsync(string what)
    {
        var messages = await SendAsync($"SHOW {what}");
        var names = messages.FirstOrDefault(message => message.Type == 'T')?.ColumnNames()
            ?? throw new InvalidOperationException($"SHOW {what}: {string.Join(' ', messages)}");
        return [.. messages.Where(message => message.Type == 'D').Select(row => names.Zip(row.Columns()).ToDictionary(pair => pair.First, pair => pair.Second ?? ""))];
    }

    /// <summary>A row of SHOW POOLS.</summary>
    public async Task<IReadOnlyDictionary<string, string>> PoolAsync(string database, string user) =>
        (await ShowAsync("POOLS")).Single(row => row["database"] == database && row["user"] == user);

    /// <summary>Waits until a column of a pool has a value.</summary>
    public Task WaitForPoolAsync(string database, string user, string column, int value) => Eventually.HoldsAsync(
        async () =>
        {
            var rows = await ShowAsync("POOLS");
            var row = rows.SingleOrDefault(row => row["database"] == database && row["user"] == user);
            return row is not null && row[column] == value.ToString(CultureInfo.InvariantCulture);
        },
        $"{column} of pool {database}/{user} is {value}");

    /// <summary>How many clients and servers there are; the console's own session is not counted.</summary>
    public async Task<(int Clients, int Servers)> CountAsync()
    {
        var clients = (await ShowAsync("CLIENTS")).Count(row => row["database"] != "pgbouncer");
        return (clients, (await ShowAsync("SERVERS")).Count);
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
