using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Replication;

/// <summary>Physical replication through transaction pooling, message by message.</summary>
[OnPostgres]
internal sealed class PhysicalReplicationTests(int postgres) : ReplicationFixture(postgres)
{
    [Test, Property("Row", "K12"), Property("Row", "H16")]
    public async Task The_stream_runs_until_the_client_ends_it()
    {
        await using var client = await ReplicateAsync("true");
        var identity = await client.QueryAsync("IDENTIFY_SYSTEM");
        var start = identity.Single(message => message.Type == 'D').Columns()[2];
        await client.SendAsync(RawMessages.Query($"START_REPLICATION PHYSICAL {start} TIMELINE 1"));
        Assert.That((await client.ReadAsync())?.Type, Is.EqualTo('W'));

        await WriteEventsAsync(1000);
        var bytes = 0;
        while (bytes < 50_000)
        {
            var data = await client.ReadAsync();
            Assert.That(data?.Type, Is.EqualTo('d'));
            bytes += data!.Body.Length;
            await client.SendAsync(StandbyStatus());
        }

        await client.SendAsync(RawMessages.CopyDone());
        var rest = await client.ReadToReadyAsync();
        Assert.That(string.Concat(rest.Select(message => message.Type)), Does.Match("^d*cC+Z$"));

        // The connection is as good as new.
        Assert.That((await client.QueryAsync("IDENTIFY_SYSTEM")).Select(message => message.Type), Is.EqualTo(new[] { 'T', 'D', 'C', 'Z' }));
    }

    [Test, Property("Row", "H16")]
    public async Task SQL_is_refused_by_the_server_and_the_connection_lives()
    {
        await using var client = await ReplicateAsync("yes", parameters: [("application_name", "abc")]);
        var refused = await client.QueryAsync("SELECT 1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Select(message => message.Type), Is.EqualTo(new[] { 'E', 'Z' }));
            Assert.That(refused[0].SqlState, Is.EqualTo("0A000"));
            Assert.That(await client.ScalarAsync("SHOW application_name"), Is.EqualTo("abc"));
        }
    }

    [Test, Property("Row", "K12")]
    public async Task An_error_of_a_stream_is_told_and_another_can_begin()
    {
        await using var client = await ReplicateAsync("on");
        var refused = await client.QueryAsync("START_REPLICATION PHYSICAL FFFFFFF/0 TIMELINE 1");
        Assert.That(refused.Select(message => message.Type), Is.EqualTo(new[] { 'W', 'E', 'Z' }));
        var history = await client.QueryAsync("TIMELINE_HISTORY 99");
        Assert.That(history.Select(message => message.Type), Is.EqualTo(new[] { 'T', 'E', 'Z' }), "the columns are told before the file is looked for");
        Assert.That((await client.QueryAsync("CREATE_REPLICATION_SLOT mine TEMPORARY PHYSICAL")).Select(message => message.Type), Is.EqualTo(new[] { 'T', 'D', 'C', 'Z' }));
    }

    [Test, Property("Row", "K12")]
    public async Task A_client_that_vanishes_from_its_stream_leaves_no_server()
    {
        await using (var client = await ReplicateAsync("true"))
        {
            var start = (await client.QueryAsync("IDENTIFY_SYSTEM")).Single(message => message.Type == 'D').Columns()[2];
            await client.SendAsync(RawMessages.Query($"START_REPLICATION PHYSICAL {start} TIMELINE 1"));
            Assert.That((await client.ReadAsync())?.Type, Is.EqualTo('W'));
        }

        await Pgmux.WaitForLogAsync("closing because: client disconnect while server was not ready");
    }

    // Nothing written, nothing flushed, nothing applied, at no time, and no reply is wanted.
    private static byte[] StandbyStatus() => RawMessages.Message('d', [(byte)'r', .. new byte[8 * 4 + 1]]);
}
