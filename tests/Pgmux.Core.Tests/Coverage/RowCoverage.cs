namespace Pgmux.Core.Tests.Coverage;

/// <summary>Which rows of a list have a test: a tag that goes must leave a trace.</summary>
internal abstract class RowCoverage
{
    /// <summary>The list.</summary>
    protected abstract RowList Rows { get; }

    /// <summary>Rows without a test that the project allows itself; tests/coverage-of-faults.sh holds the same number.</summary>
    protected abstract int MostWithoutTest { get; }

    [Test]
    public void Every_row_is_named_by_a_test_or_declared() =>
        Assert.That(Rows.All.Keys.Where(id => !Rows.IsNamed(id) && !Rows.Declared.ContainsKey(id)), Is.Empty);

    [Test]
    public void Rows_without_a_test_are_few() => Assert.That(Rows.All.Keys.Count(id => !Rows.IsNamed(id)), Is.AtMost(MostWithoutTest));

    [Test]
    public void A_row_that_a_test_names_is_not_declared_any_more() => Assert.That(Rows.Declared.Keys.Where(Rows.IsNamed), Is.Empty);

    [Test]
    public void Only_rows_of_the_list_are_declared() => Assert.That(Rows.Declared.Keys.Except(Rows.All.Keys), Is.Empty);

    [Test]
    public void Only_rows_of_the_list_are_named()
    {
        var unknown = Rows.Named.Where(row => !Rows.All.ContainsKey(row.Key) && !MayAlsoBeNamed(row.Key));
        Assert.That(unknown.Select(row => $"{row.Key} in {string.Join(", ", row)}"), Is.Empty);
    }

    /// <summary>Whether an id that is no row may be named.</summary>
    protected virtual bool MayAlsoBeNamed(string id) => false;
}
