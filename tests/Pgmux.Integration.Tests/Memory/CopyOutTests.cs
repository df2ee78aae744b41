
namespace Pgmux.Integration.Tests.Memory;

[OnPostgres]
internal sealed class CopyOutTests(int postgres) : PgmuxFixture(postgres)
{
    [Test]
    public async Task Copy_out_of_300_MB_keeps_the_process_under_100_MB()
    {
        const int Rows = 3_000_000;
        const int RowBytes = 100;
        const int LookEvery = 8 << 20;
        await StartAsync();
        await using var connection = await Pgmux.ConnectAsync();
        using var copy = await connection.BeginTextExportAsync($"COPY (SELECT repeat('x', {RowBytes - 1}) FROM generate_series(1, {Rows})) TO STDOUT");

        var buffer = new char[1 << 20];
        long bytes = 0;
        long lines = 0;
        long most = 0;
        for (int read; (read = await copy.ReadAsync(buffer.AsMemory())) > 0;)
        {
            bytes += read;
            lines += buffer.AsSpan(0, read).Count('\n');
            if (bytes / LookEvery > (bytes - read) / LookEvery)
            {
                most = Math.Max(most, Pgmux.ReadCounters().ResidentBytes);
            }
        }

        await TestContext.Out.WriteLineAsync($"{most >> 20} MiB at most");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(bytes, Is.EqualTo((long)Rows * RowBytes));
            Assert.That(lines, Is.EqualTo(Rows));
            Assert.That(most, Is.LessThan(100_000_000));
        }
    }
}
