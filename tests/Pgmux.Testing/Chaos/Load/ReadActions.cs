using System.Globalization;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos.Load;

/// <summary>Statements that only read, each answered by the nonce that stands in it.</summary>
internal static class ReadActions
{
    private const int PreparedTexts = 400;

    public static async Task ShortReadAsync(LoadSession session, LoadContext context)
    {
        var nonce = context.Nonce();
        if (context.Random.Next(4) == 0)
        {
            var extended = new Cycle(session, "a read by an unnamed statement", [Expected.ParseComplete, Expected.BindComplete, .. Expected.OneRow(nonce)]);
            await session.SendAsync(RawMessages.Parse("SELECT $1::text"), RawMessages.Bind("", nonce), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Sync());
            await extended.FinishAsync();
            return;
        }

        var cycle = new Cycle(session, "a short read", Expected.OneRow(nonce));
        await session.SendAsync(RawMessages.Query($"SELECT '{nonce}'"));
        await cycle.FinishAsync();
    }

    public static async Task PreparedReadAsync(LoadSession session, LoadContext context)
    {
        var text = context.Random.Next(PreparedTexts);
        var nonce = context.Nonce();
        var isNew = !session.Prepared.TryGetValue(text, out var name);
        name ??= string.Create(CultureInfo.InvariantCulture, $"text_{text}_{context.Random.Next():x}");
        var expected = new List<Expected>();
        var messages = new List<byte[]>();
        if (isNew)
        {
            messages.Add(RawMessages.Parse($"SELECT 'text {text}: ' || $1::text", name));
            expected.Add(Expected.ParseComplete);
        }

        messages.AddRange([RawMessages.Bind(name, nonce), RawMessages.Execute(), RawMessages.Sync()]);
        expected.AddRange([Expected.BindComplete, Expected.Row($"text {text}: {nonce}"), Expected.Tag("SELECT 1"), Expected.Idle]);
        var cycle = new Cycle(session, "a prepared read", expected);
        await session.SendAsync([.. messages]);
        await cycle.FinishAsync();
        if (cycle.Met > 0 && isNew)
        {
            session.Prepared.Add(text, name);
        }

        // A tenth of them is closed again; whether the rest leaves a server's cache is for the limits to say.
        if (cycle.HasSucceeded && context.Random.Next(10) == 0)
        {
            session.Prepared.Remove(text);
            var closing = new Cycle(session, "a Close", new Expected('3'), Expected.Idle);
            await session.SendAsync(RawMessages.CloseStatement(name), RawMessages.Sync());
            await closing.FinishAsync();
        }
    }

    public static async Task PipelineAsync(LoadSession session, LoadContext context)
    {
        var cycles = new List<Cycle>();
        var messages = new List<byte[]>();
        for (var n = context.Random.Next(2, 10); n > 0; n--)
        {
            AddRequest(session, context, cycles, messages);
        }

        await session.SendAsync([.. messages]);
        foreach (var cycle in cycles)
        {
            await cycle.FinishAsync();
        }
    }

    public static async Task SlowReadAsync(LoadSession session, LoadContext context)
    {
        const int Rows = 500;
        const int RowsAtOnce = 25;
        var nonce = context.Nonce();
        var row = string.Concat(Enumerable.Repeat(nonce, 100));
        var cycle = new Cycle(
            session, "a slow read", [Expected.RowDescription, .. Enumerable.Repeat(Expected.Row(row), Rows), Expected.Tag($"SELECT {Rows}"), Expected.Idle]);
        await session.SendAsync(RawMessages.Query($"SELECT repeat('{nonce}', 100) FROM generate_series(1, {Rows})"));
        for (var read = 0; read < Rows; read++)
        {
            if (!await cycle.ReadThroughAsync('D'))
            {
                return;
            }

            if (read % RowsAtOnce == 0)
            {
                await context.PauseAsync(100);
            }
        }

        await cycle.FinishAsync();
    }

    public static async Task CancelAsync(LoadSession session, LoadContext context)
    {
        var nonce = context.Nonce();
        var cycle = new Cycle(session, "a read to be cancelled", Expected.OneRow(nonce));
        await session.SendAsync(RawMessages.Query($"SELECT '{nonce}' FROM pg_sleep({(context.Random.NextDouble() * 0.1).ToString("F3", CultureInfo.InvariantCulture)})"));
        await context.PauseAsync(60);
        await Task.WhenAll(session.CancelAsync(), cycle.FinishAsync());
    }

    public static async Task ConnectQueryLeaveAsync(LoadContext context)
    {
        await using var session = await context.LoginAsync();
        await ShortReadAsync(session, context);
        if (context.Random.Next(2) == 0)
        {
            await session.SendAsync(RawMessages.Terminate());
        }
    }

    private static void AddRequest(LoadSession session, LoadContext context, List<Cycle> cycles, List<byte[]> messages)
    {
        var nonce = context.Nonce();
        switch (context.Random.Next(5))
        {
            case 0:
                cycles.Add(new Cycle(session, "a failing request of a pipeline", "22012", Expected.ParseComplete, Expected.BindComplete));
                messages.AddRange([
                    RawMessages.Parse("SELECT 1 / $1::int"), RawMessages.Bind("", "0"), RawMessages.Execute(),
                    RawMessages.Parse($"SELECT '{nonce}'"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync(),
                ]);
                break;
            case 1 or 2:
                cycles.Add(new Cycle(session, "a query of a pipeline", Expected.OneRow(nonce)));
                messages.Add(RawMessages.Query($"SELECT '{nonce}'"));
                break;
            default:
                cycles.Add(new Cycle(session, "a request of a pipeline", [Expected.ParseComplete, Expected.BindComplete, .. Expected.OneRow(nonce)]));
                messages.AddRange([
                    RawMessages.Parse("SELECT $1::text"), RawMessages.Bind("", nonce), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Sync(),
                ]);
                break;
        }
    }
}
