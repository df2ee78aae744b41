using System.Diagnostics;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Launch;

/// <summary>What it takes from the start of the process to its first answer.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class FirstQueryTests(int postgres) : PgmuxFixture(postgres)
{
    /// <summary>What a quiet machine needs many times over: the figure itself stands in bench/README.md, this finds what hangs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private const long MostResidentBytes = 60_000_000;

    [TestCase("trust")]
    [TestCase("scram-sha-256")]
    public async Task The_first_query_is_answered_soon_after_the_start_and_with_little_memory(string authentication)
    {
        var clock = Stopwatch.StartNew();
        await StartFreshAsync(PgmuxSettings.For(Cluster, ("auth_type", authentication)));
        await using (var client = await Pgmux.ConnectAsync(PostgresRole.Scram))
        {
            await using var command = new Npgsql.NpgsqlCommand("SELECT 1", client);
            Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(1));
        }

        var passed = clock.Elapsed;
        var resident = Pgmux.ReadCounters().ResidentBytes;

        await TestContext.Out.WriteLineAsync($"{passed.TotalMilliseconds:F0} ms, {resident >> 20} MiB");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(passed, Is.LessThan(Limit));
            Assert.That(resident, Is.LessThan(MostResidentBytes));
        }
    }

    [Test]
    public async Task What_the_start_does_not_need_is_not_loaded()
    {
        await StartFreshAsync(PgmuxSettings.For(Cluster));
        await using (await LoginAsync())
        {
        }

        var loaded = (await File.ReadAllLinesAsync($"/proc/{Pgmux.Id}/maps"))
            .Select(line => Path.GetFileName(line)).Where(name => name.EndsWith(".dll", StringComparison.Ordinal)).Distinct().ToArray();

        // Mapped files of a program that is one file have no such names; there the trimmer leaves out what nobody calls.
        Assert.That(loaded.Where(name => name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)), Is.SubsetOf(new[]
        {
            "Microsoft.Extensions.Logging.Abstractions.dll",
        }));
        Assert.That(loaded, Has.None.StartsWith("Microsoft.AspNetCore.").And.None.StartsWith("System.Text.Json").And.None.StartsWith("System.Text.RegularExpressions"));
    }
}
