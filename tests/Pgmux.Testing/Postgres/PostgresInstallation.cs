namespace Pgmux.Testing.Postgres;

/// <summary>Where PostgreSQL's programs stand. tests/run.sh puts missing ones in place and names them in the environment.</summary>
internal static class PostgresInstallation
{
    /// <summary>The folder with initdb and postgres of a major version.</summary>
    public static string ServerFolder(int major)
    {
        string?[] places =
        [
            Environment.GetEnvironmentVariable($"PGMUX_POSTGRES_{major}"),
            $"/usr/lib/postgresql/{major}/bin",
            .. Repository($"artifacts/postgresql-{major}/native/bin"),
        ];
        return places.FirstOrDefault(place => place is not null && File.Exists(Path.Combine(place, "postgres")))
            ?? throw new InvalidOperationException($"PostgreSQL {major} is missing: tests/run.sh installs it, PGMUX_POSTGRES_{major} names its folder");
    }

    /// <summary>The path of a client program: psql, pgbench, pg_dump.</summary>
    public static string ClientProgram(string name)
    {
        var named = Environment.GetEnvironmentVariable("PGMUX_POSTGRES_CLIENT");
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        string[] versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        string[] folders = [.. named is null ? Array.Empty<string>() : [named], .. versions.Select(version => Path.Combine(version, "bin")), .. path.Split(':')];
        return folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"{name} is missing: tests/run.sh installs it");
    }

    private static IEnumerable<string> Repository(string below)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "pgmux.sln")))
            {
                yield return Path.Combine(folder.FullName, below);
            }
        }
    }
}
