namespace Pgmux.Integration.Tests;

/// <summary>Names that tests/run.sh chooses tests by.</summary>
internal static class TestCategories
{
    /// <summary>No pgmux is started, so the event engine cannot matter: run once, with the first engine.</summary>
    public const string WithoutPgmux = nameof(WithoutPgmux);
}
