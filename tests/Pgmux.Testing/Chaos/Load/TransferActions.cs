using System.Globalization;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos.Load;

/// <summary>Actions that write, every one of them in the ledger.</summary>
internal static class TransferActions
{
    /// <summary>The three statements in one request: a simple query, or a pipeline with one Sync. Both are one transaction.</summary>
    public static async Task SingleTransferAsync(LoadSession session, LoadContext context)
    {
        var transfer = Transfer.Between(context.Random, context.Ledger.Begin());
        string[] statements = [transfer.Insert, .. transfer.Updates];
        var isPipeline = context.Random.Next(2) == 0;
        Expected[] answers = isPipeline
            ? [.. Transfer.Tags.SelectMany(tag => new[] { Expected.ParseComplete, Expected.BindComplete, tag }), Expected.Idle]
            : [.. Transfer.Tags, Expected.Idle];
        var cycle = new Cycle(session, "a transfer", answers);
        await session.SendAsync(isPipeline
            ? [.. statements.SelectMany(sql => new[] { RawMessages.Parse(sql), RawMessages.Bind(), RawMessages.Execute() }), RawMessages.Sync()]
            : [RawMessages.Query(string.Join("; ", statements))]);
        await cycle.FinishAsync();
        context.Ledger.Settle([transfer.Id], cycle.HasSucceeded ? TransferFate.Acknowledged : TransferFate.Refused);
    }

    /// <summary>BEGIN, one to three transfers between the same accounts with reads around them, COMMIT or sometimes ROLLBACK.</summary>
    public static async Task TransactionAsync(LoadSession session, LoadContext context)
    {
        if (!(await StepAsync(session, "BEGIN", "BEGIN", 'T')).HasSucceeded)
        {
            return;
        }

        var ids = new List<long>();
        var first = Transfer.Between(context.Random, 0);
        for (var n = context.Random.Next(1, 4); n > 0; n--)
        {
            var transfer = first with { Id = context.Ledger.Begin() };
            ids.Add(transfer.Id);
            if (!await ReadInsideAsync(session, context) || !await MakeAsync(session, transfer))
            {
                await RollBackAsync(session);
                context.Ledger.Settle(ids, TransferFate.Refused);
                return;
            }
        }

        if (context.Random.Next(8) == 0)
        {
            await RollBackAsync(session);
            context.Ledger.Settle(ids, TransferFate.Refused);
        }
        else if ((await StepAsync(session, "COMMIT", "COMMIT", 'I')).HasSucceeded)
        {
            context.Ledger.Settle(ids, TransferFate.Acknowledged);
        }
    }

    public static async Task CopyInAsync(LoadSession session, LoadContext context)
    {
        var ids = Enumerable.Range(0, context.Random.Next(1, 60)).Select(_ => context.Ledger.Begin()).ToArray();
        var isGivenUp = context.Random.Next(5) == 0;
        var cycle = isGivenUp
            ? new Cycle(session, "a COPY FROM STDIN that is given up", "57014", new Expected('G'))
            : new Cycle(session, "a COPY FROM STDIN", new Expected('G'), Expected.Tag($"COPY {ids.Length}"), Expected.Idle);
        await session.SendAsync(RawMessages.Query("COPY transfers FROM STDIN"));
        // Half of them do not wait until the server asks for the data.
        if (context.Random.Next(2) == 0 && !await cycle.ReadThroughAsync('G'))
        {
            context.Ledger.Settle(ids, TransferFate.Refused);
            return;
        }

        foreach (var part in ids.Chunk(20))
        {
            await session.SendAsync([.. part.Select(id => RawMessages.CopyData($"{id}\t1\t2\t0\n"))]);
        }

        await session.SendAsync(isGivenUp ? RawMessages.CopyFail("given up") : RawMessages.CopyDone());
        await cycle.FinishAsync();
        context.Ledger.Settle(ids, cycle.HasSucceeded ? TransferFate.Acknowledged : TransferFate.Refused);
    }

    public static async Task CopyOutAsync(LoadSession session, LoadContext context)
    {
        var rows = context.Random.Next(1, 400);
        var nonce = context.Nonce();
        var cycle = new Cycle(session, "a COPY TO STDOUT", [
            new Expected('H'),
            .. Enumerable.Range(1, rows).Select(n => new Expected('d', string.Create(CultureInfo.InvariantCulture, $"{nonce} {n}\n"))),
            new Expected('c'), Expected.Tag($"COPY {rows}"), Expected.Idle,
        ]);
        await session.SendAsync(RawMessages.Query($"COPY (SELECT '{nonce} ' || n FROM generate_series(1, {rows}) AS n) TO STDOUT"));
        await cycle.FinishAsync();
    }

    private static async Task<bool> ReadInsideAsync(LoadSession session, LoadContext context)
    {
        var nonce = context.Nonce();
        var cycle = new Cycle(session, "a read inside a transaction", Expected.OneRow(nonce, inTransaction: true));
        await session.SendAsync(RawMessages.Query($"SELECT '{nonce}'"));
        await cycle.FinishAsync();
        return cycle.HasSucceeded;
    }

    private static async Task<bool> MakeAsync(LoadSession session, Transfer transfer) =>
        (await StepAsync(session, transfer.Insert, "INSERT 0 1", 'T')).HasSucceeded
        && (await StepAsync(session, transfer.Updates[0], "UPDATE 1", 'T')).HasSucceeded
        && (await StepAsync(session, transfer.Updates[1], "UPDATE 1", 'T')).HasSucceeded;

    /// <summary>Leaves the transaction; a cancel request may hit ROLLBACK too, so it is tried again.</summary>
    private static async Task RollBackAsync(LoadSession session)
    {
        Cycle cycle;
        do
        {
            cycle = await StepAsync(session, "ROLLBACK", "ROLLBACK", 'I');
        }
        while (cycle.Status != 'I');
    }

    private static async Task<Cycle> StepAsync(LoadSession session, string sql, string tag, char status)
    {
        var cycle = new Cycle(session, sql, Expected.Tag(tag), new Expected('Z', status.ToString()));
        await session.SendAsync(RawMessages.Query(sql));
        return await cycle.FinishAsync();
    }
}
