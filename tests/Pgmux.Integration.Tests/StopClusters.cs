using Pgmux.Testing.Postgres;

namespace Pgmux.Integration.Tests;

/// <summary>Stops the shared clusters after the last test.</summary>
[SetUpFixture]
internal sealed class StopClusters
{
    [OneTimeTearDown]
    public Task StopAsync() => PostgresClusters.StopAllAsync();
}
