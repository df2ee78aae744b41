using Pgmux.Testing.Chaos;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>Connections to the server that are reset, closed or cut off in the middle of a message.</summary>
// The network fails alike for every version.
[TestFixture(PostgresVersions.Newest)]
internal sealed class NetworkResetTests(int postgres) : NetworkFixture(postgres)
{
    [Test, Property("Row", "S10"), Property("Row", "B142")]
    public async Task A_server_that_a_firewall_resets_while_it_is_idle_is_replaced_and_nobody_notices()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();
        for (var round = 0; round < 30; round++)
        {
            var link = await LinkOfAsync(client);
            await link.ResetUntilKnownAsync();
            Assert.That(await client.ScalarAsync($"SELECT 'round {round}'"), Is.EqualTo($"round {round}"));
        }
    }

    [Test, Property("Row", "S10")]
    public async Task A_reset_inside_a_transaction_is_told_once()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();
        await client.QueryAsync("BEGIN");
        ServerSide.Links.Single().Reset();

        Assert.That(await ReadToEndAsync(client), Is.EqualTo(new[] { "E(FATAL 08006 server conn crashed?)" }));
        await ExpectServiceAsync();
    }

    [TestCase(LimitAction.Close, 3)]
    [TestCase(LimitAction.Close, 60_000)]
    [TestCase(LimitAction.Reset, 40)]
    [TestCase(LimitAction.HalfClose, 5000)]
    [TestCase(LimitAction.Hold, 3)]
    [TestCase(LimitAction.Hold, 60_000)]
    [Property("Row", "S11")]
    public async Task Half_a_message_is_never_completed_with_other_bytes(LimitAction action, int bytes)
    {
        // The query limit is for the server that says nothing more.
        await StartAsync(("default_pool_size", "1"), ("query_timeout", "1"));
        await using var client = await LoginAsync();
        await using var other = await LoginAsync();
        var link = await LinkOfAsync(client);
        link.ToClient.Apply(new FlowToxics { LimitBytes = bytes, AtLimit = action });

        await client.SendAsync(RawMessages.Query("SELECT repeat('x', 100000)"));
        var told = await ReadToEndAsync(client);
        var answer = await other.ScalarAsync("SELECT 'of another server'");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer, Is.EqualTo("of another server"));
            Assert.That(told.SkipLast(1), Is.SubsetOf(new[] { "T" }), "only what came whole, if anything");
            Assert.That(told[^1], Is.EqualTo("cut").Or.StartWith("E(FATAL "));
        }
    }
}
