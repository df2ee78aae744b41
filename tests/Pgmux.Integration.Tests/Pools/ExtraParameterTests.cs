namespace Pgmux.Integration.Tests.Pools;

/// <summary>PostgreSQL 18 is the first version that reports search_path, which can then be tracked.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class ExtraParameterTests(int postgres) : PgmuxFixture(postgres)
{
    [Test, Property("Row", "B163")]
    public async Task A_tracked_search_path_of_any_length_follows_its_client()
    {
        await StartAsync(("default_pool_size", "1"), ("track_extra_parameters", "IntervalStyle, search_path"));
        var path = string.Join(", ", Enumerable.Range(1, 60).Select(n => $"\"Schema Number {n}\""));
        await using var first = await LoginAsync();
        await using var second = await LoginAsync();
        await first.QueryAsync($"SET search_path = {path}");

        for (var turn = 0; turn < 3; turn++)
        {
            using (Assert.EnterMultipleScope())
            {
                Assert.That(await second.ScalarAsync("SHOW search_path"), Is.EqualTo("\"$user\", public"));
                Assert.That(await first.ScalarAsync("SHOW search_path"), Is.EqualTo(path));
            }
        }
    }
}
