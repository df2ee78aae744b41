namespace Pgmux.Integration.Tests;

/// <summary>The versions of PostgreSQL that every test of real clients runs against: Debian's and the newest.</summary>
internal static class PostgresVersions
{
    public const int Oldest = 15;
    public const int Newest = 18;

    public static IReadOnlyList<int> Tested { get; } = [Oldest, Newest];
}
