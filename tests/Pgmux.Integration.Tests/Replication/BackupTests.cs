using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Replication;

/// <summary>
/// PostgreSQL's own programs for backups and WAL, through transaction pooling. They refuse servers newer than themselves, and Debian's are
/// of version 15.
/// </summary>
[TestFixture]
internal sealed class BackupTests() : ReplicationFixture(PostgresVersions.Oldest)
{
    [TestCase("stream"), TestCase("fetch")]
    [Property("Row", "K12"), Property("Row", "H16")]
    public async Task The_program_pg_basebackup_makes_a_backup_that_is_whole(string wal)
    {
        using var folder = new TemporaryFolder();
        var taken = await Tools.With(("PGSSLMODE", "require")).RunAsync("pg_basebackup", ["-D", folder.File("backup"), "--checkpoint=fast", $"--wal-method={wal}"]);
        var verified = await Tools.RunAsync("pg_verifybackup", [folder.File("backup")]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(taken.ExitCode, Is.Zero, taken.Error);
            Assert.That(verified.ExitCode, Is.Zero, verified.Error);
            Assert.That(verified.Output, Does.Contain("backup successfully verified"));
        }
    }

    [Test, Property("Row", "K12")]
    public async Task The_program_pg_receivewal_writes_what_the_server_has_written()
    {
        using var folder = new TemporaryFolder();
        var tools = Tools.With(("PGSSLMODE", "disable"));
        using var receiving = tools.Start("pg_receivewal", ["-D", folder.Path, "--no-loop", "--slot=received", "--create-slot"]);
        await receiving.WaitForExitAsync();
        Assert.That(receiving.ExitCode, Is.Zero, await receiving.StandardError.ReadToEndAsync());

        // The program begins with the segment that the server is in, which the end has to be in as well.
        var end = await WriteEventsAsync(5000);
        await Cluster.ExecuteAsync("INSERT INTO events (what) SELECT 'event' FROM generate_series(1, 5000)");

        var received = await tools.RunAsync("pg_receivewal", ["-D", folder.Path, "--no-loop", "--slot=received", $"--endpos={end}"]);
        var dropped = await tools.RunAsync("pg_receivewal", ["--slot=received", "--drop-slot"]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(received.ExitCode, Is.Zero, received.Error);
            Assert.That(dropped.ExitCode, Is.Zero, dropped.Error);
            Assert.That(new DirectoryInfo(folder.Path).GetFiles().Select(file => file.Length), Has.Some.EqualTo(16 * 1024 * 1024), "a segment, filled up to its whole size");
        }
    }
}
