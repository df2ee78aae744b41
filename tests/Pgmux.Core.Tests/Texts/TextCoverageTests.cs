using Pgmux.Core.Tests.Coverage;

namespace Pgmux.Core.Tests.Texts;

/// <summary>
/// Which rows of the list of PgBouncer's texts and habits, as people's scripts and dashboards look for them, have a test. A test names a row by
/// the property "Text".
/// </summary>
[TestFixture]
internal sealed class TextCoverageTests : RowCoverage
{
    private static readonly RowList List = new("Texts", "Text");

    protected override RowList Rows => List;

    // What has no counterpart in pgmux, and what is decided otherwise.
    protected override int MostWithoutTest => 5;
}
