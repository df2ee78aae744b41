using System.Globalization;
using Npgsql;
using Npgsql.Replication;
using Npgsql.Replication.TestDecoding;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Replication;

/// <summary>Logical replication through transaction pooling.</summary>
[OnPostgres]
internal sealed class LogicalReplicationTests(int postgres) : ReplicationFixture(postgres)
{
    [Test, Property("Row", "K12"), Property("Row", "H16")]
    public async Task The_program_pg_recvlogical_makes_a_slot_reads_it_and_drops_it()
    {
        string[] slot = ["--slot=recvlogical", $"--dbname={PostgresCluster.Database}"];
        var created = await Tools.RunAsync("pg_recvlogical", [.. slot, "--create-slot", "--plugin=test_decoding"]);
        var end = await WriteEventsAsync(2000);
        var read = await Tools.RunAsync("pg_recvlogical", [.. slot, "--start", "--no-loop", $"--endpos={end}", "--file=-"]);
        var dropped = await Tools.RunAsync("pg_recvlogical", [.. slot, "--drop-slot"]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(created.ExitCode, Is.Zero, created.Error);
            Assert.That(read.ExitCode, Is.Zero, read.Error);
            Assert.That(read.Output.Split('\n').Count(line => line.Contains("INSERT: ", StringComparison.Ordinal)), Is.EqualTo(2000));
            Assert.That(dropped.ExitCode, Is.Zero, dropped.Error);
        }
    }

    [Test, Property("Row", "K12")]
    public async Task Npgsql_streams_while_another_client_works()
    {
        await using var replication = new LogicalReplicationConnection(Pgmux.ConnectionString(PostgresRole.Superuser));
        await replication.Open();
        var slot = await replication.CreateTestDecodingReplicationSlot("npgsql", temporarySlot: true);
        using var limit = new CancellationTokenSource(WaitLimit.Default);
        await WriteEventsAsync(3);
        var seen = new List<string>();
        await foreach (var message in replication.StartReplication(slot, limit.Token))
        {
            replication.SetReplicationStatus(message.WalEnd);
            if (message.Data.StartsWith("table", StringComparison.Ordinal))
            {
                seen.Add(message.Data);
            }

            if (seen.Count == 3)
            {
                // While the stream goes on.
                await WriteEventsAsync(2);
            }

            if (seen.Count == 5)
            {
                break;
            }
        }

        Assert.That(seen.Select(text => text[^9..]), Is.EqualTo(new[] { "'event 1'", "'event 2'", "'event 3'", "'event 1'", "'event 2'" }));
    }

    [Test, Property("Row", "H16")]
    public async Task The_server_has_the_parameters_of_the_client()
    {
        await using var client = await ReplicateAsync("database", parameters: [("application_name", "walreceiver"), ("options", "-c enable_seqscan=off -c DateStyle=German")]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(client.Parameters["application_name"], Is.EqualTo("walreceiver"));
            Assert.That(client.Parameters["DateStyle"], Is.EqualTo("German, DMY"));
            Assert.That(await client.ScalarAsync("SHOW enable_seqscan"), Is.EqualTo("off"));
            Assert.That(await client.ScalarAsync("SHOW application_name"), Is.EqualTo("walreceiver"));
            Assert.That(await client.ScalarAsync("SELECT pg_backend_pid()"), Is.EqualTo(client.CancelKey.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }
    }

    [Test, Property("Row", "H16")]
    public async Task A_role_that_may_not_replicate_hears_it_from_the_server()
    {
        PostgresException? direct = null;
        try
        {
            await using var replication = new LogicalReplicationConnection(Cluster.ConnectionString(PostgresRole.App));
            await replication.Open();
        }
        catch (PostgresException refusal)
        {
            direct = refusal;
        }

        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(RawMessages.Startup(("user", PostgresRole.App.Name), ("database", PostgresCluster.Database), ("replication", "database")));
        var told = (await client.ReadToEndAsync()).Single(message => message.Type == 'E');
        await using var other = await Pgmux.ConnectAsync();

        Assert.That((told.SqlState, told.Message), Is.EqualTo((direct!.SqlState, "login failed")), "PgBouncer's words");
        Assert.That(told.Text, Does.Contain($"\0D{direct.MessageText}\0"), "and the server's behind them");
    }

    [Test]
    public async Task A_cancel_request_reaches_the_server()
    {
        await using var client = await ReplicateAsync("database");
        await client.SendAsync(RawMessages.Query("SELECT pg_sleep(600)"));
        await Eventually.HoldsAsync(
            async () => await Cluster.QueryAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 1, "the statement runs");
        await using var cancel = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await cancel.SendAsync(RawMessages.CancelRequest(client.CancelKey.ProcessId, client.CancelKey.Key));
        var messages = await client.ReadToReadyAsync();

        Assert.That(messages.Single(message => message.Type == 'E').SqlState, Is.EqualTo("57014"));
    }
}
