using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Admin;
using Pgmux.Core.Diagnostics;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Admin;

[TestFixture]
internal sealed class ConsoleSessionTests
{
    private ConsoleRig _rig = null!;

    [SetUp]
    public void StartSession() => _rig = new ConsoleRig();

    [Test]
    public async Task A_simple_query_gets_rows_and_a_tag()
        => Assert.That(
            await _rig.QueryAsync("SHOW VERSION;"),
            Is.EqualTo(new[] { "T(version:25)", $"D({ProductVersion.Text})", "C(SHOW)", "Z(I)" }));

    [TestCase("show client_encoding", "client_encoding", "UTF-8")]
    [TestCase("SHOW DateStyle", "datestyle", "ISO")]
    [TestCase("SELECT timezone", "timezone", "GMT")]
    public async Task Parameters_that_drivers_ask_for_are_faked(string text, string column, string value)
        => Assert.That(await _rig.QueryAsync(text), Is.EqualTo(new[] { $"T({column}:25)", $"D({value})", "C(SHOW)", "Z(I)" }));

    [Test]
    public async Task SET_of_a_faked_parameter_is_ignored_with_a_notice()
        => Assert.That(
            await _rig.QueryAsync("SET client_encoding TO 'latin1'"),
            Is.EqualTo(new[] { "N(NOTICE 00000 SET ignored)", "C(SET)", "Z(I)" }));

    [TestCase("SET nonsense = 1", "E(08P01 SET failed)")]
    [TestCase("SET Verbose = 1", "E(08P01 SET failed)")]
    [TestCase("SET verbose = much", "E(08P01 SET failed)")]
    [TestCase("SUSPEND db", "E(08P01 invalid command 'SUSPEND db', use SHOW HELP;)")]
    [TestCase("SHOW HELP AS JSON", "E(08P01 invalid command 'SHOW HELP AS JSON', use SHOW HELP;)")]
    [TestCase("SHOW nothing AS JSON", "E(08P01 invalid command 'SHOW nothing AS JSON', use SHOW HELP;)")]
    [TestCase("SHOW AS JSON", "E(08P01 invalid command 'SHOW AS JSON', use SHOW HELP;)")]
    [TestCase("RELOAD now AS JSON", "E(08P01 invalid command 'RELOAD now AS JSON', use SHOW HELP;)")]
    [TestCase("SHOW nothing", "E(08P01 invalid command 'SHOW nothing', use SHOW HELP;)")]
    [TestCase("SHOW", "E(08P01 invalid command 'SHOW', use SHOW HELP;)")]
    [TestCase("SHOW ", "E(08P01 invalid command 'SHOW ', use SHOW HELP;)")]
    [TestCase("RELOAD now", "E(08P01 invalid command 'RELOAD now', use SHOW HELP;)")]
    [TestCase("SHUTDOWN please", "E(08P01 invalid command 'SHUTDOWN please', use SHOW HELP;)")]
    [TestCase("DELETE", "E(08P01 invalid command 'DELETE', use SHOW HELP;)")]
    [Property("Row", "B12")]
    [Property("Text", "T102"), Property("Text", "T108")]
    public async Task A_command_that_cannot_be_run_gets_an_error_and_the_session_lives(string text, string error)
    {
        Assert.That(await _rig.QueryAsync(text), Is.EqualTo(new[] { error, "Z(I)" }));
        Assert.That((await _rig.QueryAsync("SHOW STATE"))[^1], Is.EqualTo("Z(I)"));
    }

    [Test]
    public async Task HELP_is_a_notice_without_rows()
        => Assert.That(await _rig.QueryAsync("SHOW HELP"), Is.EqualTo(new[] { "N(NOTICE 00000 Console usage)", "C(SHOW)", "Z(I)" }));

    [TestCase(null, new[] { "C(HANDOVER)", "Z(I)" })]
    [TestCase("a handover is under way already", new[] { "E(08P01 a handover is under way already)", "Z(I)" })]
    public async Task HANDOVER_lets_a_new_process_come_or_says_why_not(string? refusal, string[] replies)
    {
        _rig.Source.HandoverRefusal = refusal;
        Assert.That(await _rig.QueryAsync("handover;"), Is.EqualTo(replies));
        Assert.That(_rig.Source.Invitations, Is.EqualTo(1));
        Assert.That((await _rig.QueryAsync("HANDOVER now"))[0], Does.StartWith("E("));
        Assert.That(_rig.Source.Invitations, Is.EqualTo(1));
    }

    [TestCase(true, new[] { "C(RELOAD)", "Z(I)" })]
    [TestCase(false, new[] { "E(F0000 RELOAD failed, see logs for additional details)", "Z(I)" })]
    [Property("Row", "B214")]
    [Property("Text", "T109")]
    public async Task RELOAD_tells_whether_it_worked(bool succeeds, string[] replies)
    {
        _rig.Source.ReloadSucceeds = succeeds;
        Assert.That(await _rig.QueryAsync("reload"), Is.EqualTo(replies));
        Assert.That(_rig.Source.Reloads, Is.EqualTo(1));
    }

    [TestCase("SHUTDOWN WAIT_FOR_CLIENTS", ShutdownMode.WaitForClients)]
    [TestCase("shutdown wait_for_servers;", ShutdownMode.WaitForServers)]
    public async Task A_shutdown_that_waits_is_confirmed(string text, object mode)
    {
        Assert.That(await _rig.QueryAsync(text), Is.EqualTo(new[] { "C(SHUTDOWN)", "Z(I)" }));
        Assert.That(_rig.Source.Shutdowns, Is.EqualTo(new[] { mode }));
    }

    [Test]
    public async Task SHUTDOWN_at_once_is_answered_by_the_end_of_the_connection()
    {
        Assert.That(await _rig.QueryAsync("SHUTDOWN"), Is.Empty);
        Assert.That(_rig.Source.Shutdowns, Is.EqualTo(new[] { ShutdownMode.Immediate }));
    }

    [Test]
    public async Task Terminate_closes()
    {
        await _rig.SendAsync(FrontendMessages.WriteTerminate);
        Assert.That(_rig.Outcome, Is.EqualTo(ConsoleOutcome.Close));
    }

    [Test]
    public async Task A_message_that_no_client_sends_is_fatal()
    {
        Assert.That(
            await _rig.SendBytesAsync(new byte[] { (byte)'z', 0, 0, 0, 4 }),
            Is.EqualTo(new[] { "E(FATAL 08P01 unsupported packet type for admin console: 122)" }));
        Assert.That(_rig.Outcome, Is.EqualTo(ConsoleOutcome.Close));
    }

    [Test]
    [Property("Row", "D03")]
    public async Task A_query_without_its_terminator_is_an_error()
        => Assert.That(
            await _rig.SendBytesAsync(new byte[] { (byte)'Q', 0, 0, 0, 6, (byte)'a', (byte)'b' }),
            Is.EqualTo(new[] { "E(08P01 invalid string in message)", "Z(I)" }));

    [Test]
    [Property("Row", "D03")]
    public void A_command_of_a_megabyte_is_refused_unread()
    {
        Assert.That(
            _rig.RefuseTooLong(FrontendMessageType.Query),
            Is.EqualTo(new[] { "E(08P01 invalid command of more than 16384 bytes, use SHOW HELP;)", "Z(I)" }));
        Assert.That(_rig.RefuseTooLong(FrontendMessageType.Parse), Has.Length.EqualTo(1));
        Assert.That(_rig.RefuseTooLong(FrontendMessageType.Query), Is.Empty, "skipping to Sync");
    }

    [Test]
    [Property("Row", "D03")]
    public void Random_messages_never_throw_and_every_query_is_answered_to_the_end()
    {
        var types = Gen.Elements("QPBDECSHFXdcfp\0z".Select(c => (byte)c).ToArray());
        var message = types.SelectMany(type => Gen.ArrayOf(Gen.Choose(0, 255)).Select(body => (Type: type, Body: body.Select(b => (byte)b).ToArray())));
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(message).ToArbitrary(), messages =>
        {
            var rig = new ConsoleRig();
            foreach (var (type, body) in messages)
            {
                byte[] frame = [type, 0, 0, (byte)((body.Length + 4) >> 8), (byte)(body.Length + 4), .. body];
                var replies = rig.SendBytesAsync(frame).GetAwaiter().GetResult();
                if (rig.Outcome == ConsoleOutcome.Close)
                {
                    return true;
                }

                if (type == 'S' && replies[^1] != "Z(I)")
                {
                    return false;
                }
            }

            return rig.SendAsync(FrontendMessages.WriteSync).GetAwaiter().GetResult()[^1] == "Z(I)";
        }));
    }
}
