using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using static Pgmux.Core.Tests.Statements.StatementRig;

namespace Pgmux.Core.Tests.Statements;

/// <summary>A function of the client's may raise what PostgreSQL says of a stale or a lost statement: then it has run, and must not run twice.</summary>
[TestFixture]
internal sealed class RefusalByFunctionTests
{
    private const string Function = "PL/pgSQL function f() line 1 at EXECUTE";

    // SQLSTATE, routine, context, and whether PostgreSQL has refused the statement before it ran anything.
    private static readonly object?[][] Refusals =
    [
        ["0A000", "RevalidateCachedQuery", null, true],
        ["26000", "FetchPreparedStatement", null, true],
        ["26000", "exec_bind_message", null, true],
        ["0A000", null, null, false],
        ["26000", null, null, false],
        ["0A000", "exec_stmt_raise", null, false],
        ["26000", "exec_stmt_raise", Function, false],
        ["0A000", "RevalidateCachedQuery", Function, false],
        ["26000", "FetchPreparedStatement", Function, false],
        ["22012", "RevalidateCachedQuery", null, false],
    ];

    [TestCaseSource(nameof(Refusals))]
    [Property("Row", "E16"), Property("Row", "B105")]
    public void Only_what_PostgreSQL_itself_has_refused_is_bound_again(string sqlState, string? routine, string? context, bool isRunAgain)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask(Prepare("SELECT $1", "a"));
        var server = mux.Postgres.Single;
        Check(mux, client, Use("a", "x"), Error(sqlState, routine, context), isRunAgain);
        Assert.That(server.Received.Count(message => message.Type == 'B'), Is.EqualTo(isRunAgain ? 2 : 1));
    }

    [TestCaseSource(nameof(Refusals))]
    [Property("Row", "E16"), Property("Row", "B105")]
    public void Only_what_PostgreSQL_itself_has_refused_is_executed_again(string sqlState, string? routine, string? context, bool isRunAgain)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Query("PREPARE a AS SELECT x");
        var server = mux.Postgres.Single;
        Check(mux, client, [RawMessages.Query("EXECUTE a")], Error(sqlState, routine, context), isRunAgain);
        Assert.That(server.Received.Count(message => message.Text.StartsWith("EXECUTE", StringComparison.Ordinal)), Is.EqualTo(isRunAgain ? 2 : 1));
    }

    [TestCase("0A000")]
    [TestCase("26000")]
    [Property("Row", "E16")]
    public void What_fails_while_it_runs_runs_once(string sqlState)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Query($"PREPARE a AS FAIL {sqlState}");
        client.Ask(Prepare($"FAIL {sqlState}", "b"));
        var error = $"E({sqlState} division by zero) Z(I)";
        Assert.That(client.Query("EXECUTE a"), Is.EqualTo(error));
        Assert.That(client.Ask(Use("a")), Is.EqualTo($"2 {error}"));
        Assert.That(client.Ask(Use("b")), Is.EqualTo($"2 {error}"));
        Assert.That(
            mux.Postgres.Single.Executed.Count(sql => !sql.StartsWith("PREPARE", StringComparison.Ordinal)), Is.EqualTo(3),
            "statements are made anew at most, never run again");
    }

    // The server says this, and is ready.
    private static void Check(TestMux mux, FakeClient client, byte[][] cycle, byte[] error, bool isRunAgain)
    {
        var server = mux.Postgres.Single;
        server.IsAutomatic = false;
        client.Send(cycle);
        server.TakeTypes();
        server.Send(error, Replies.ReadyForQuery());
        if (isRunAgain)
        {
            Assert.That(server.TakeTypes(), Does.EndWith(string.Concat(cycle.Select(message => (char)message[0]))));
            Assert.That(client.Take(), Is.Empty);
            server.Close();
            Assert.That(client.Take(), Does.EndWith("EOF"));
        }
        else
        {
            Assert.That(server.TakeTypes(), Is.Empty);
            Assert.That(client.Take(), Does.Match(@"^E\([^)]*\) Z\(I\)$"));
        }
    }

    private static byte[] Error(string sqlState, string? routine, string? context) => RawMessages.Message(
        'E',
        [
            .. RawMessages.String("SERROR"), .. RawMessages.String($"C{sqlState}"), .. RawMessages.String("Mno"),
            .. context is null ? [] : RawMessages.String($"W{context}"), .. routine is null ? [] : RawMessages.String($"R{routine}"), 0,
        ]);
}
