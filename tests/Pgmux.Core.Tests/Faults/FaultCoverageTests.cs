using System.Text.RegularExpressions;
using Pgmux.Core.Tests.Coverage;

namespace Pgmux.Core.Tests.Faults;

/// <summary>Which rows of the catalogue of faults have a test.</summary>
[TestFixture]
internal sealed partial class FaultCoverageTests : RowCoverage
{
    /// <summary>Framing, replies, statements, COPY, cancel; handshake, queries, COPY and cancel of the catalogue: what pgmux is about.</summary>
    private static readonly string[] Essential = ["2.2", "2.5", "2.6", "2.7", "2.8", "3.1", "3.3", "3.4", "3.5", "3.6"];

    /// <summary>The essential row whose feature is not there: peers.</summary>
    private static readonly string[] EssentialButLater = ["B129"];

    protected override RowList Rows => FaultRows.List;

    protected override int MostWithoutTest => 60;

    [Test]
    public void Rows_of_the_essential_sections_are_not_put_off() =>
        Assert.That(Rows.Declared.Keys.Where(id => Essential.Contains(Rows.All[id])).Except(EssentialButLater), Is.Empty);

    protected override bool MayAlsoBeNamed(string id) => Invariant().IsMatch(id);

    // The invariants of the simulation, which tests may name as well.
    [GeneratedRegex("^I([1-9]|1[0-6])$")]
    private static partial Regex Invariant();
}
