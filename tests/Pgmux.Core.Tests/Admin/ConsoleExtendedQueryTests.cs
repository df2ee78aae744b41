using Pgmux.Core.Admin;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Admin;

[TestFixture]
[Property("Row", "D02")]
internal sealed class ConsoleExtendedQueryTests
{
    private ConsoleRig _rig = null!;

    [SetUp]
    public void StartSession() => _rig = new ConsoleRig();

    [Test]
    public async Task A_whole_cycle_gets_rows()
        => Assert.That(
            await _rig.ExtendedAsync("SHOW STATE"),
            Is.EqualTo(new[] { "1", "2", "T(key:25,value:25)", "D(active,yes)", "D(paused,no)", "D(suspended,no)", "C(SHOW)", "Z(I)" }));

    [Test]
    public async Task A_command_without_rows_is_described_as_such()
        => Assert.That(await _rig.ExtendedAsync("RELOAD"), Is.EqualTo(new[] { "1", "2", "n", "C(RELOAD)", "Z(I)" }));

    [Test]
    public async Task Numbers_come_in_binary_when_asked_for()
    {
        _rig.Source.Stats.Add(new StatsRow("a", new StatsValues { QueryCount = 12345678, Sent = 10000, Received = -1 }, default));
        var replies = await _rig.ExtendedAsync("SHOW STATS_TOTALS", 1);
        Assert.That(replies[2], Does.StartWith("T(database:25 binary,server_assignment_count:1700 binary,"));
        Assert.That(
            replies[3],
            Does.StartWith("D(a,x0000000000000000,x0000000000000000,x000200010000000004d2162e,x00010000400000000001,x00010001000000000001,"));
    }

    [Test]
    public async Task Formats_may_differ_by_column()
    {
        _rig.Source.Lists = new ListCounts { Databases = 258 };
        var replies = await _rig.ExtendedAsync("SHOW LISTS", 0, 1);
        Assert.That(replies[2..4], Is.EqualTo(new[] { "T(list:25,items:23 binary)", "D(databases,x00000102)" }));
    }

    [TestCase(new short[] { 0, 0, 1 }, "E(08P01 bind message has another number of result formats than the command has columns)")]
    [TestCase(new short[] { 2 }, "E(22023 unsupported format code)")]
    public async Task Formats_that_do_not_fit_are_refused(short[] formats, string error)
        => Assert.That(await _rig.ExtendedAsync("SHOW LISTS", formats), Is.EqualTo(new[] { "1", error, "Z(I)" }));

    [Test]
    public async Task After_an_error_everything_up_to_Sync_is_skipped()
    {
        var replies = await _rig.SendAsync(output =>
        {
            FrontendMessages.WriteParse(output, "", "SHOW nonsense here", []);
            FrontendMessages.WriteBind(output, "", "");
            FrontendMessages.WriteExecute(output, "");
            FrontendMessages.WriteQuery(output, "RELOAD");
            FrontendMessages.WriteSync(output);
            FrontendMessages.WriteQuery(output, "SHOW STATE");
        });
        Assert.That(replies[..2], Is.EqualTo(new[] { "E(08P01 invalid command 'SHOW nonsense here', use SHOW HELP;)", "Z(I)" }));
        Assert.That(replies[^1], Is.EqualTo("Z(I)"));
        Assert.That(_rig.Source.Reloads, Is.Zero, "a Query inside the skip is dropped");
    }

    [Test]
    public async Task A_statement_is_prepared_once_and_run_often()
    {
        var replies = await _rig.SendAsync(output =>
        {
            FrontendMessages.WriteParse(output, "s", "SHOW VERSION", []);
            FrontendMessages.WriteDescribe(output, StatementOrPortal.Statement, "s");
            FrontendMessages.WriteSync(output);
            for (var i = 0; i < 2; i++)
            {
                FrontendMessages.WriteBind(output, "", "s");
                FrontendMessages.WriteExecute(output, "");
            }

            FrontendMessages.WriteClose(output, StatementOrPortal.Statement, "s");
            FrontendMessages.WriteSync(output);
            FrontendMessages.WriteBind(output, "", "s");
            FrontendMessages.WriteSync(output);
        });
        Assert.That(replies.Select(reply => reply.Split('(')[0]), Is.EqualTo(new[]
        {
            "1", "t", "T", "Z", "2", "D", "C", "2", "D", "C", "3", "Z", "E", "Z",
        }));
        Assert.That(replies[^2], Is.EqualTo("E(26000 prepared statement \"s\" does not exist)"));
    }

    [Test]
    public async Task A_portal_gives_its_rows_in_steps()
    {
        var replies = await _rig.SendAsync(output =>
        {
            FrontendMessages.WriteParse(output, "", "SHOW STATE", []);
            FrontendMessages.WriteBind(output, "p", "");
            FrontendMessages.WriteExecute(output, "p", 2);
            FrontendMessages.WriteExecute(output, "p", 2);
            FrontendMessages.WriteExecute(output, "p", 2);
            FrontendMessages.WriteSync(output);
            FrontendMessages.WriteExecute(output, "p", 2);
            FrontendMessages.WriteSync(output);
        });
        Assert.That(replies, Is.EqualTo(new[]
        {
            "1", "2", "D(active,yes)", "D(paused,no)", "s", "D(suspended,no)", "C(SHOW)", "C(SHOW)", "Z(I)",
            "E(34000 portal \"p\" does not exist)", "Z(I)",
        }));
    }

    [Test]
    public async Task A_command_runs_once_however_often_its_portal_is_executed()
    {
        await _rig.SendAsync(output =>
        {
            FrontendMessages.WriteParse(output, "", "RELOAD", []);
            FrontendMessages.WriteBind(output, "", "");
            FrontendMessages.WriteExecute(output, "");
            FrontendMessages.WriteExecute(output, "");
            FrontendMessages.WriteSync(output);
        });
        Assert.That(_rig.Source.Reloads, Is.EqualTo(1));
    }

    [TestCase("P", "E(34000 portal \"x\" does not exist)")]
    [TestCase("S", "E(26000 prepared statement \"x\" does not exist)")]
    [TestCase("Q", "E(08P01 invalid DESCRIBE message subtype 81)")]
    public async Task Describe_of_what_is_not_there_is_an_error(string kind, string error)
        => Assert.That(
            await _rig.SendAsync(output =>
            {
                FrontendMessages.WriteDescribe(output, (byte)kind[0], "x");
                FrontendMessages.WriteSync(output);
            }),
            Is.EqualTo(new[] { error, "Z(I)" }));

    [Test]
    public async Task Close_of_what_is_not_there_is_fine()
        => Assert.That(
            await _rig.SendAsync(output =>
            {
                FrontendMessages.WriteClose(output, StatementOrPortal.Statement, "x");
                FrontendMessages.WriteClose(output, StatementOrPortal.Portal, "x");
                FrontendMessages.WriteSync(output);
            }),
            Is.EqualTo(new[] { "3", "3", "Z(I)" }));

    [Test]
    public async Task Parameters_are_refused()
        => Assert.That(
            await _rig.SendAsync(output =>
            {
                FrontendMessages.WriteParse(output, "", "SHOW POOLS", []);
                FrontendMessages.WriteBind(output, "", "", [], [[1]], []);
                FrontendMessages.WriteSync(output);
            }),
            Is.EqualTo(new[] { "1", "E(08P01 bind message supplies 1 parameters, but a console command requires 0)", "Z(I)" }));

    [Test]
    public async Task The_number_of_statements_is_bounded()
    {
        var replies = await _rig.SendAsync(output =>
        {
            for (var i = 0; i <= 100; i++)
            {
                FrontendMessages.WriteParse(output, $"s{i}", "SHOW POOLS", []);
            }

            FrontendMessages.WriteSync(output);
        });
        Assert.That(replies[^2], Is.EqualTo("E(54000 the console keeps at most 100 prepared statements)"));
    }

    [Test]
    public async Task Copy_messages_and_Flush_get_no_answer()
        => Assert.That(
            await _rig.SendAsync(output =>
            {
                FrontendMessages.WriteCopyData(output, "x"u8);
                FrontendMessages.WriteCopyDone(output);
                FrontendMessages.WriteCopyFail(output, "no");
                FrontendMessages.WriteFlush(output);
            }),
            Is.Empty);

    [Test]
    public async Task A_function_call_is_refused_with_its_own_ReadyForQuery()
        => Assert.That(
            await _rig.SendAsync(output => FrontendMessages.WriteFunctionCall(output, 1, [], [], 0)),
            Is.EqualTo(new[] { "E(0A000 the console has no functions)", "Z(I)" }));
}
