namespace Pgmux.Testing.Processes;

/// <summary>
/// The program that the integration tests talk to: the pgmux beside them, or what PGMUX_BINARY names. As pgmux reads PgBouncer's
/// file, PgBouncer can be put there to see whether a test asks for what PgBouncer does.
/// </summary>
internal sealed record ProgramUnderTest(string Program, IReadOnlyList<string> Arguments)
{
    public static ProgramUnderTest Find()
    {
        var named = Environment.GetEnvironmentVariable("PGMUX_BINARY");
        var program = string.IsNullOrEmpty(named) ? Path.Combine(AppContext.BaseDirectory, "pgmux.dll") : named;
        return program.EndsWith(".dll", StringComparison.Ordinal)
            ? new ProgramUnderTest(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program])
            : new ProgramUnderTest(program, []);
    }
}
