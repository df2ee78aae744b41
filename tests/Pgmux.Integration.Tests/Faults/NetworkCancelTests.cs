using Pgmux.Testing.Chaos;
using Pgmux.Testing.Chaos.Load;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>Storms of cancel requests over real sockets, with an eye on whose answer arrives where.</summary>
[OnPostgres]
internal sealed class NetworkCancelTests(int postgres) : NetworkFixture(postgres)
{
    [Test, Property("Row", "B74"), Property("Row", "X05")]
    public async Task In_a_storm_of_cancels_everybody_gets_the_answers_to_their_own_questions()
    {
        const int Clients = 16;
        const int Rounds = 60;
        await StartAsync(("default_pool_size", "4"));
        using var log = new ChaosLog(TestContext.Out.WriteLine, file: null);
        var report = new ChaosReport(log);
        var ledger = new TransferLedger();
        var sessions = new List<LoadSession>();
        var talks = new List<Task>();
        for (var n = 0; n < Clients; n++)
        {
            var context = new LoadContext(Pgmux.TcpEndPoint, $"client {n}", ledger, report, new Random(n));
            var session = await context.LoginAsync();
            sessions.Add(session);
            talks.Add(TalkAsync(session, context));
        }

        var random = new Random(74);
        var storm = StormAsync();
        await Task.WhenAll(talks);
        await storm;

        foreach (var session in sessions)
        {
            await session.DisposeAsync();
        }

        await TestContext.Out.WriteLineAsync(report.Errors);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Findings, Is.Empty);
            Assert.That(report.Errors, Does.Contain("57014"), "some requests must have met their statements");
        }

        async Task TalkAsync(LoadSession session, LoadContext context)
        {
            for (var round = 0; round < Rounds; round++)
            {
                await (round % 3 == 0 ? ReadActions.CancelAsync(session, context) : ReadActions.PipelineAsync(session, context));
            }
        }

        async Task StormAsync()
        {
            while (talks.Any(talk => !talk.IsCompleted))
            {
                await sessions[random.Next(Clients)].CancelAsync();
            }
        }
    }

    [Test, Property("Row", "B124"), Property("Row", "B125"), Property("Row", "B198")]
    public async Task Clients_are_counted_right_after_forty_workers_have_cancelled_without_pause()
    {
        const int Workers = 40;
        const int Rounds = 25;
        const int MostClients = 100;
        await StartAsync(("default_pool_size", "5"), ("max_client_conn", $"{MostClients}"));
        await using var console = await ConsoleClient.ConnectAsync(Pgmux);
        var before = await console.CountAsync();

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async _ =>
        {
            await using var client = await LoginAsync();
            for (var round = 0; round < Rounds; round++)
            {
                await client.SendAsync(RawMessages.Query("SELECT pg_sleep(60)"));
                // Again and again: PostgreSQL ignores a request that comes before it has read the query.
                var answer = client.ReadToReadyAsync();
                using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
                while (!answer.IsCompleted && await timer.WaitForNextTickAsync())
                {
                    await using var cancel = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
                    await cancel.SendAsync(RawMessages.CancelRequest(client.CancelKey.ProcessId, client.CancelKey.Key));
                    await cancel.ReadToEndAsync();
                }

                Assert.That((await answer)[^2].SqlState, Is.EqualTo("57014"));
            }
        }));

        await Eventually.HoldsAsync(async () => (await console.CountAsync()).Clients == before.Clients, "only the clients from before are left");
        // The console counts, although it is never refused.
        await ExpectRoomForAsync(MostClients - (await console.ShowAsync("CLIENTS")).Count);
    }

    [Test, Property("Row", "B121"), Property("Row", "X06")]
    public async Task A_cancel_request_is_closed_only_when_the_server_has_dealt_with_it()
    {
        // Drivers take the end of the connection for the sign that their next statement is safe from this request. On a busy machine it may
        // take long to see that pgmux rests.
        await StartAsync(("default_pool_size", "1"), ("cancel_wait_timeout", "600"));
        await using var client = await LoginAsync();
        await client.QueryAsync("BEGIN");
        await client.SendAsync(RawMessages.Query("SELECT pg_sleep(600)"));
        await Cluster.WaitForBackendsAsync("usename = 'app' AND state = 'active' AND query LIKE '%pg_sleep(600)%'", 1);
        ServerSide.ApplyToNew(FlowDirection.ToServer, new FlowToxics { IsHeld = true });
        var accepted = ServerSide.AcceptedCount;

        await using var cancel = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await cancel.SendAsync(RawMessages.CancelRequest(client.CancelKey.ProcessId, client.CancelKey.Key));
        var closing = cancel.ReadToEndAsync();
        await ServerSide.WaitForAcceptedAsync(accepted + 1);
        await Pgmux.WaitUntilRestingAsync();
        Assert.That(closing.IsCompleted, Is.False, "the request has not reached PostgreSQL yet");

        await ServerSide.HealAsync();
        Assert.That((await client.ReadToReadyAsync())[^2].SqlState, Is.EqualTo("57014"));
        Assert.That(await closing, Is.Empty);
    }

    /// <summary>So many clients are let in, and no more.</summary>
    private async Task ExpectRoomForAsync(int count)
    {
        var clients = new List<RawClient>();
        try
        {
            while (clients.Count < count)
            {
                clients.Add(await LoginAsync());
            }

            await using var surplus = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
            await surplus.TrySendAsync(RawMessages.Startup(("user", "app"), ("database", "app")));
            Assert.That((await surplus.ReadAsync())?.SqlState, Is.EqualTo("53300"));
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }
        }
    }
}
