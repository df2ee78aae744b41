using System.Text;
using Pgmux.Core.Statements.Sql;

namespace Pgmux.Core.Tests.Statements.Sql;

[TestFixture]
internal sealed class CopyScreenTests
{
    [TestCase("COPY t FROM STDIN")]
    [TestCase("copy t from stdin")]
    [TestCase("CoPy(SELECT 1) TO STDOUT")]
    [TestCase("copy\"T\" from stdin")]
    [TestCase(" \t\r\n\f\vCOPY t TO STDOUT")]
    [TestCase("-- why\nCOPY t FROM STDIN")]
    [TestCase("/* a /* nested */ comment */COPY t FROM STDIN")]
    [TestCase("/**/;;--\n ; copy t from stdin")]
    [TestCase("COPY")]
    [TestCase("copyright")]
    public void What_begins_with_COPY_may_be_one(string sql) => Assert.That(MayBe(sql), Is.True);

    [TestCase("")]
    [TestCase("cop")]
    [TestCase("SELECT copy")]
    [TestCase("SELECT 1; COPY t FROM STDIN", Description = "a prepared statement has one command, and this is refused")]
    [TestCase("/* COPY t */ INSERT INTO copy VALUES (1)")]
    [TestCase("-- COPY t\r\nTABLE t")]
    [TestCase("-- COPY t FROM STDIN")]
    [TestCase("/* COPY t FROM STDIN")]
    [TestCase("\"copy\" t")]
    [TestCase("(COPY t TO STDOUT)")]
    [TestCase("EXPLAIN COPY t TO STDOUT")]
    public void What_begins_otherwise_is_none(string sql) => Assert.That(MayBe(sql), Is.False);

    // The definition of a statement goes on behind its text.
    private static bool MayBe(string sql) => CopyScreen.MayBeCopy([.. Encoding.UTF8.GetBytes(sql), 0, 0, 0]);
}
