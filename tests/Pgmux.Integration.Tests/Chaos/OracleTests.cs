using System.Net;
using System.Net.Sockets;
using Pgmux.Testing.Chaos;
using Pgmux.Testing.Chaos.Faults;
using Pgmux.Testing.Chaos.Load;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Chaos;

/// <summary>The oracle of a chaos run sees what it is there to see: it talks to a server here that answers wrongly on purpose.</summary>
[Category(TestCategories.WithoutPgmux)]
internal sealed class OracleTests
{
    private static readonly byte[] Login = [.. Replies.AuthenticationOk(), .. Replies.BackendKeyData(7, new byte[4]), .. Replies.ReadyForQuery()];

    private readonly List<string> _lines = [];
    private Socket _listener = null!;
    private ChaosLog _log = null!;
    private ChaosReport _report = null!;

    [SetUp]
    public void Listen()
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _lines.Clear();
        _log = new ChaosLog(_lines.Add, file: null);
        _report = new ChaosReport(_log);
    }

    [TearDown]
    public void Close()
    {
        _listener.Dispose();
        _log.Dispose();
    }

    [Test]
    public async Task The_right_answer_is_right()
    {
        await AskAsync("mine", Replies.Value("mine"), Replies.ReadyForQuery());

        Assert.That(_report.Findings, Is.Empty);
    }

    [Test]
    public async Task Anothers_answer_is_found()
    {
        await AskAsync("mine", Replies.Value("another's"), Replies.ReadyForQuery());

        Assert.That(_report.CrossedCount, Is.EqualTo(1));
        Assert.That(_report.Findings.Single(), Does.Contain("was owed D(mine)").And.Contain("got D another's"));
    }

    [Test]
    public async Task An_answer_too_many_is_found()
    {
        await AskAsync("mine", Replies.DataRow("early"), Replies.Value("mine"), Replies.ReadyForQuery());

        Assert.That(_report.CrossedCount, Is.EqualTo(1));
    }

    [TestCase("57014", false, 1)]
    [TestCase("57P01", false, 1)]
    [TestCase("57P01", true, 0)]
    [TestCase("26000", true, 1)]
    public async Task An_error_that_nothing_explains_is_found(string sqlState, bool areFaultsOn, int findings)
    {
        _report.AreFaultsOn = areFaultsOn;
        await AskAsync("mine", Replies.Error(sqlState, "out of the blue"), Replies.ReadyForQuery());

        Assert.That(_report.FindingCount, Is.EqualTo(findings));
    }

    [Test]
    public async Task A_server_may_die_between_its_error_and_its_ReadyForQuery()
    {
        _report.AreFaultsOn = true;
        await AskAsync("mine", Replies.Error("57P01", "one"), Replies.Fatal("08006", "server conn crashed?"));

        Assert.That(_report.Findings, Is.Empty);
    }

    [Test]
    public async Task Words_behind_a_FATAL_error_are_found()
    {
        _report.AreFaultsOn = true;
        await AskAsync("mine", Replies.Fatal("57P01", "the end"), Replies.ReadyForQuery());

        Assert.That(_report.Findings.Single(), Does.Contain("got Z(I) behind E(FATAL 57P01 the end)"));
    }

    [Test]
    public async Task A_close_without_a_word_is_found()
    {
        _report.AreFaultsOn = true;
        await AskAsync("mine");

        Assert.That(_report.Findings.Single(), Does.Contain("was closed without a word"));
    }

    [TestCase(TransferFate.Acknowledged, 0, "acknowledged and is lost")]
    [TestCase(TransferFate.Acknowledged, 1, null)]
    [TestCase(TransferFate.Acknowledged, 2, "made 2 times")]
    [TestCase(TransferFate.Refused, 0, null)]
    [TestCase(TransferFate.Refused, 1, "refused and stands in the table")]
    [TestCase(TransferFate.Unknown, 0, null)]
    [TestCase(TransferFate.Unknown, 1, null)]
    [TestCase(TransferFate.Unknown, 2, "made 2 times")]
    public void The_ledger_finds_what_does_not_agree(TransferFate fate, int rows, string? finding)
    {
        var ledger = new TransferLedger();
        var id = ledger.Begin();
        ledger.Settle([id], fate);

        ledger.Compare(Enumerable.Repeat(id, rows), _report);

        Assert.That(_report.Findings, finding is null ? Is.Empty : Has.One.Contains(finding));
    }

    [Test]
    public void The_ledger_finds_what_nobody_sent()
    {
        new TransferLedger().Compare([42], _report);

        Assert.That(_report.Findings.Single(), Does.Contain("was never sent"));
    }

    [Test]
    public void The_same_seed_makes_the_same_schedule()
    {
        var time = TimeSpan.FromMinutes(10);

        var schedule = ChaosSchedule.Make(3, time);

        Assert.That(ChaosSchedule.Make(3, time), Is.EqualTo(schedule));
        Assert.That(ChaosSchedule.Make(4, time), Is.Not.EqualTo(schedule));
    }

    /// <summary>Asks one question of a server that answers with these bytes and closes.</summary>
    private async Task AskAsync(string nonce, params byte[][] answer)
    {
        var serving = ServeAsync([.. answer.SelectMany(bytes => bytes)]);
        await using var session = await LoadSession.LoginAsync(_listener.LocalEndPoint!, "c1", _report);
        var cycle = new Cycle(session, "a question", Expected.OneRow(nonce));
        await session.SendAsync(RawMessages.Query("SELECT"));
        try
        {
            await cycle.FinishAsync();
        }
        catch (SessionEndedException)
        {
            // What it says has been reported.
        }

        await serving;
    }

    private async Task ServeAsync(byte[] answer)
    {
        using var server = await _listener.AcceptAsync();
        var buffer = new byte[1000];
        await server.ReceiveAsync(buffer);
        await server.SendAsync(Login);
        await server.ReceiveAsync(buffer);
        await server.SendAsync(answer);
    }
}
