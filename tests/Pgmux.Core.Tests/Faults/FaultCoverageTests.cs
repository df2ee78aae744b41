using System.Text.RegularExpressions;

namespace Pgmux.Core.Tests.Faults;

/// <summary>Which rows of the catalogue of faults have a test: a tag that goes must leave a trace.</summary>
[TestFixture]
internal sealed partial class FaultCoverageTests
{
    /// <summary>What the project allows itself; tests/coverage-of-faults.sh holds the same number.</summary>
    private const int MostWithoutTest = 60;

    /// <summary>Framing, replies, statements, COPY, cancel; handshake, queries, COPY and cancel of the catalogue: what pgmux is about.</summary>
    private static readonly string[] Essential = ["2.2", "2.5", "2.6", "2.7", "2.8", "3.1", "3.3", "3.4", "3.5", "3.6"];

    /// <summary>The essential row whose feature is not there: peers.</summary>
    private static readonly string[] EssentialButLater = ["B129"];

    [Test]
    public void Every_row_is_named_by_a_test_or_declared() =>
        Assert.That(FaultRows.All.Keys.Where(id => !IsNamed(id) && !FaultRows.Declared.ContainsKey(id)), Is.Empty);

    [Test]
    public void Rows_without_a_test_are_few() =>
        Assert.That(FaultRows.All.Keys.Count(id => !IsNamed(id)), Is.AtMost(MostWithoutTest));

    [Test]
    public void Rows_of_the_essential_sections_are_not_put_off() =>
        Assert.That(FaultRows.Declared.Keys.Where(id => Essential.Contains(FaultRows.All[id])).Except(EssentialButLater), Is.Empty);

    [Test]
    public void A_row_that_a_test_names_is_not_declared_any_more() =>
        Assert.That(FaultRows.Declared.Keys.Where(IsNamed), Is.Empty);

    [Test]
    public void Only_rows_of_the_catalogue_are_declared() =>
        Assert.That(FaultRows.Declared.Keys.Except(FaultRows.All.Keys), Is.Empty);

    [Test]
    public void Only_rows_of_the_catalogue_and_invariants_are_named()
    {
        var unknown = FaultRows.Named.Where(row => !FaultRows.All.ContainsKey(row.Key) && !Invariant().IsMatch(row.Key));
        Assert.That(unknown.Select(row => $"{row.Key} in {string.Join(", ", row)}"), Is.Empty);
    }

    private static bool IsNamed(string id) => FaultRows.Named.Contains(id);

    // The invariants of the simulation, which tests may name as well.
    [GeneratedRegex("^I([1-9]|1[0-6])$")]
    private static partial Regex Invariant();
}
