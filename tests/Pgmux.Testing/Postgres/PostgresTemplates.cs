using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Postgres;

/// <summary>
/// The data folder that every cluster of a version begins with: initdb's, with the tests' roles and database in it. It is made once for
/// the test host and copied for each cluster, because initdb costs a second and more of a processor and the copy a twentieth of that.
/// </summary>
internal static class PostgresTemplates
{
    /// <summary>Every test of a version depends on its template, so it gets its time on the slowest machine.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(5);

    private static readonly Lock Gate = new();
    private static readonly Dictionary<int, Task<TemporaryFolder>> Made = [];

    /// <summary>Puts a copy of a version's data folder below a folder, as "data".</summary>
    public static async Task CopyAsync(int major, TemporaryFolder target)
    {
        Task<TemporaryFolder> making;
        lock (Gate)
        {
            if (!Made.TryGetValue(major, out making!))
            {
                making = MakeAsync(major);
                Made.Add(major, making);
            }
        }

        var template = await making;
        await RunAsync(target, "cp", "cp", ["-a", "--reflink=auto", template.File("data"), target.File("data")]);
    }

    public static async Task RemoveAllAsync()
    {
        Task<TemporaryFolder>[] all;
        lock (Gate)
        {
            all = [.. Made.Values];
            Made.Clear();
        }

        foreach (var made in all.Where(made => made.IsCompletedSuccessfully))
        {
            (await made).Dispose();
        }
    }

    private static async Task<TemporaryFolder> MakeAsync(int major)
    {
        var folder = new TemporaryFolder();
        try
        {
            var programs = PostgresInstallation.ServerFolder(major);
            await RunAsync(
                folder,
                "initdb",
                Path.Combine(programs, "initdb"),
                ["-D", folder.File("data"), "-U", PostgresRole.Superuser.Name, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]);
            var logins = PostgresRole.All.SelectMany(role => new[] { $"local all {role.Name} {role.Method}", $"host all {role.Name} 127.0.0.1/32 {role.Method}" });
            await File.WriteAllTextAsync(
                folder.File("data/pg_hba.conf"), $"local all postgres trust\nhost all postgres 127.0.0.1/32 trust\nhost replication postgres 127.0.0.1/32 trust\n{string.Join('\n', logins)}\n");
            await ExecuteAsync(folder, programs, "postgres", [.. PostgresRole.All.SelectMany(Create), $"CREATE DATABASE {PostgresCluster.Database} OWNER {PostgresRole.App.Name}"]);
            await ExecuteAsync(folder, programs, PostgresCluster.Database, ["GRANT ALL ON SCHEMA public TO PUBLIC"]);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static string[] Create(PostgresRole role)
    {
        var encryption = role.Method == "md5" ? "md5" : "scram-sha-256";
        var password = role.Password.Length == 0 ? "NULL" : $"'{role.Password}'";
        return [$"SET password_encryption = '{encryption}'", $"CREATE ROLE {role.Name} LOGIN PASSWORD {password}"];
    }

    /// <summary>Statements without a server: one process that reads them, a line each, and ends in good order.</summary>
    private static async Task ExecuteAsync(TemporaryFolder folder, string programs, string database, string[] statements)
    {
        var input = folder.Write("input.sql", string.Join('\n', statements) + "\n");
        string[] command = [Path.Combine(programs, "postgres"), "--single", "-F", "-D", folder.File("data"), database];
        var output = await RunAsync(folder, "postgres", "sh", ["-c", "input=$1; shift; exec \"$@\" <\"$input\"", "sh", input, .. command]);
        if (output.Contains("ERROR:", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"PostgreSQL refuses what every test needs:\n{output}");
        }
    }

    private static async Task<string> RunAsync(TemporaryFolder folder, string name, string program, string[] arguments)
    {
        await using var process = ManagedProcess.Start(folder, name, program, arguments);
        var status = await process.WaitForExitAsync(TimeLimit);
        return status == 0 ? process.Output.ToString() : throw new InvalidOperationException($"{name} failed ({status}):\n{process.Output}");
    }
}
