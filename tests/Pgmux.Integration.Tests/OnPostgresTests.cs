namespace Pgmux.Integration.Tests;

/// <summary>Which versions a run takes for a fixture.</summary>
[TestFixture, Category(TestCategories.WithoutPgmux)]
internal sealed class OnPostgresTests
{
    [Test]
    public void Two_runs_of_a_pair_take_every_version([Values("Pgmux.A", "Pgmux.B", "Pgmux.Integration.Tests.Logins.HbaTests")] string fixture) =>
        Assert.That(
            OnPostgresAttribute.VersionsFor(fixture, "0").Concat(OnPostgresAttribute.VersionsFor(fixture, "1")),
            Is.EquivalentTo(PostgresVersions.Tested));

    [Test]
    public void One_run_takes_both_versions_for_different_fixtures() =>
        Assert.That(OnPostgresAttribute.VersionsFor("Pgmux.A", "0"), Is.Not.EqualTo(OnPostgresAttribute.VersionsFor("Pgmux.B", "0")));

    [Test]
    public void A_run_without_a_pair_takes_all([Values("", null)] string? pair) =>
        Assert.That(OnPostgresAttribute.VersionsFor("Pgmux.A", pair), Is.EqualTo(PostgresVersions.Tested));

    [Test]
    public void A_third_run_of_a_pair_is_refused() =>
        Assert.That(() => OnPostgresAttribute.VersionsFor("Pgmux.A", "2"), Throws.ArgumentException);
}
