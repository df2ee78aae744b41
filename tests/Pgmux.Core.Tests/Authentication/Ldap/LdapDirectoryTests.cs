using System.Text;
using Pgmux.Core.Authentication.Ldap;
using Pgmux.Core.Configuration.Ldap;
using Pgmux.Testing.Ldap;
using Pgmux.Testing.Processes;
using static Pgmux.Testing.Ldap.FakeLdapServer;

namespace Pgmux.Core.Tests.Authentication.Ldap;

/// <summary>Conversations with servers of a directory, mostly with ones that misbehave.</summary>
[TestFixture]
internal sealed class LdapDirectoryTests
{
    private const string Password = "hush-hush";

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static readonly byte[] Ok = Result(1, LdapOperation.BindResponse, 0);

    private static IEnumerable<TestCaseData> Misbehaviour
    {
        get
        {
            yield return Case("closes", "the server has closed the connection", []);
            yield return Case("says_half", "the server has closed the connection", Ok[..^3]);
            yield return Case("is_a_web_server", "the server answers something that is no LDAP", Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
            yield return Case("has_no_length", "the server answers something that is no LDAP", [0x30, 0x80, 2, 1, 1, 0, 0]);
            yield return Case("has_a_huge_length", "the server sends a message of 4294967295 bytes, and 65536 are the most that is taken", [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]);
            yield return Case("has_a_wide_length", "the server answers something that is no LDAP", [0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 1]);
            yield return Case("has_no_id", "the server answers something that is no LDAP", [0x30, 2, 4, 0]);
            yield return Case("has_no_code", "the server answers something that is no LDAP", [0x30, 7, 2, 1, 1, 0x61, 2, 4, 0]);
            yield return Case("answers_another_request", "the server answers a request that was not made", Result(7, LdapOperation.BindResponse, 0));
            yield return Case("answers_something_else", "the server answers something else than it was asked", Result(1, LdapOperation.SearchResultDone, 0));
            yield return Case("says_goodbye", "the server ends the connection: Unavailable (52: bye)", Result(0, LdapOperation.ExtendedResponse, 52, "bye"));
            yield return Case("is_busy", "the server does not serve: Busy (51)", Result(1, LdapOperation.BindResponse, 51));

            static TestCaseData Case(string name, string trouble, byte[] answer) => new TestCaseData(answer, trouble).SetName($"A_server_that_{name}");
        }
    }

    [TestCaseSource(nameof(Misbehaviour))]
    public async Task A_server_that(byte[] answer, string trouble)
    {
        await using var bad = new FakeLdapServer(answer) { Closes = true };
        await using var good = new FakeLdapServer(Ok);
        var verdict = await AskAsync(Simple(bad.Port));
        Assert.That(verdict, Is.EqualTo(LdapVerdict.Unasked($"LDAP server 127.0.0.1:{bad.Port}: {trouble}")));
        Assert.That(await AskAsync(Simple(bad.Port, good.Port)), Is.EqualTo(LdapVerdict.Right), "the next server is asked");
    }

    [Test]
    public async Task A_silent_server_is_given_up_and_the_next_one_is_asked()
    {
        await using var silent = new FakeLdapServer();
        await using var good = new FakeLdapServer(Ok);
        Assert.That((await AskSilentAsync(silent.Port)).Reason, Is.EqualTo($"LDAP server 127.0.0.1:{silent.Port}: no answer within 30 s"));
        Assert.That(await AskSilentAsync(silent.Port, good.Port), Is.EqualTo(LdapVerdict.Right));

        // The limit of the first server passes as soon as it has been asked, that of the second never.
        async Task<LdapVerdict> AskSilentAsync(params int[] ports)
        {
            var clock = new StoppedClock();
            var asking = new LdapDirectory(clock, Long).AskAsync(new LdapQuestion(Simple(ports), "bob", Password), CancellationToken.None);
            await silent.Asked.Task.WaitAsync(WaitLimit.Default);
            clock.Ring();
            return await asking.WaitAsync(WaitLimit.Default);
        }
    }

    [Test]
    public async Task A_server_that_is_not_there_is_passed_by()
    {
        var port = FreePort.Take();
        await using var good = new FakeLdapServer(Ok);
        Assert.That((await AskAsync(Simple(port))).Reason, Does.Contain($"LDAP server 127.0.0.1:{port}: Connection refused"));
        Assert.That(await AskAsync(Simple(port, good.Port)), Is.EqualTo(LdapVerdict.Right));
    }

    [Test]
    public async Task Who_waits_no_longer_ends_the_conversation()
    {
        await using var silent = new FakeLdapServer();
        using var stop = new CancellationTokenSource();
        var asking = new LdapDirectory(TimeProvider.System, Long).AskAsync(new LdapQuestion(Simple(silent.Port), "bob", Password), stop.Token);
        await silent.Asked.Task.WaitAsync(WaitLimit.Default);
        await stop.CancelAsync();
        Assert.That(async () => await asking.WaitAsync(WaitLimit.Default), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task The_user_is_a_value_in_the_name_that_logs_in()
    {
        await using var server = new FakeLdapServer(Ok);
        await AskAsync(Simple(server.Port), user: "bob,dc=evil");
        Assert.That(Encoding.UTF8.GetString(server.Requests.Single()), Does.Contain("uid=bob\\,dc\\=evil,dc=x").And.Contains(Password));
    }

    [TestCase(49, "invalid credentials (49: no)")]
    [TestCase(10, "it refers to another server, which is not followed (10: no)")]
    [TestCase(13, "it wants TLS (ldaptls=1 or ldapscheme=ldaps) (13: no)")]
    [TestCase(14, "another error (14: no)")]
    public async Task An_answer_is_final_whatever_it_is(int code, string words)
    {
        await using var first = new FakeLdapServer(Result(1, LdapOperation.BindResponse, code, "no"));
        await using var second = new FakeLdapServer(Ok);
        var verdict = await AskAsync(Simple(first.Port, second.Port));
        Assert.That(verdict, Is.EqualTo(LdapVerdict.No($"LDAP server 127.0.0.1:{first.Port}: login as \"uid=bob,dc=x\" failed: {words}")));
        Assert.That(second.Requests, Is.Empty);
    }

    [Test]
    public async Task The_entry_that_is_found_logs_in()
    {
        await using var server = new FakeLdapServer(
            Ok, [.. Reference(2, "ldap://elsewhere/"), .. Entry(2, "cn=Bob,ou=b"), .. Result(2, LdapOperation.SearchResultDone, 0)], Result(3, LdapOperation.BindResponse, 0));
        Assert.That(await AskAsync(Searching(server.Port)), Is.EqualTo(LdapVerdict.Right));
        var requests = server.Requests.Select(Encoding.UTF8.GetString).ToArray();
        Assert.That(requests, Has.Length.EqualTo(3));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(requests[0], Does.Contain("cn=search").And.Contains("search-secret"));
            Assert.That(requests[1], Does.Contain("dc=x").And.Contains("bob"));
            Assert.That(requests[2], Does.Contain("cn=Bob,ou=b").And.Contains(Password));
        }
    }

    [TestCase(0, 0, "no entry below \"dc=x\" fits the user", true)]
    [TestCase(2, 4, "more than one entry below \"dc=x\" fits the user", true)]
    [TestCase(2, 0, "more than one entry below \"dc=x\" fits the user", true)]
    [TestCase(50, 0, "more than one entry below \"dc=x\" fits the user", true)]
    [TestCase(1, 4, "the search below \"dc=x\" failed: SizeLimitExceeded (4)", false)]
    [TestCase(1, 32, "the search below \"dc=x\" failed: no such object (32)", false)]
    [TestCase(1, 10, "the search below \"dc=x\" failed: it refers to another server, which is not followed (10)", false)]
    public async Task Exactly_one_entry_must_be_found(int entries, int code, string reason, bool isDecided)
    {
        byte[] found = [.. Enumerable.Range(0, entries).SelectMany(n => Entry(2, $"cn={n}")), .. Result(2, LdapOperation.SearchResultDone, code)];
        await using var server = new FakeLdapServer(Ok, found, Result(3, LdapOperation.BindResponse, 0));
        var verdict = await AskAsync(Searching(server.Port));
        Assert.That((verdict.IsRight, verdict.Reason, verdict.IsDecided), Is.EqualTo((false, $"LDAP server 127.0.0.1:{server.Port}: {reason}", isDecided)));
        Assert.That(server.Requests, Has.Count.LessThanOrEqualTo(3).And.None.Matches<byte[]>(request => Encoding.UTF8.GetString(request!).Contains(Password)));
    }

    [Test]
    public async Task An_entry_without_a_name_logs_nobody_in()
    {
        await using var server = new FakeLdapServer(Ok, [.. Entry(2, ""), .. Result(2, LdapOperation.SearchResultDone, 0)], Result(3, LdapOperation.BindResponse, 0));
        Assert.That((await AskAsync(Searching(server.Port))).Reason, Does.EndWith("the entry that was found has no name"));
    }

    [Test]
    public async Task A_search_without_end_ends()
    {
        await using var server = new FakeLdapServer(Ok, [.. Enumerable.Range(0, 200).SelectMany(_ => Reference(2, "ldap://elsewhere/"))]);
        Assert.That((await AskAsync(Searching(server.Port))).Reason, Does.EndWith("the server has more than 100 answers to a search for one entry"));
    }

    [Test]
    public async Task Nothing_is_said_in_clear_where_StartTLS_is_refused()
    {
        await using var server = new FakeLdapServer(Result(1, LdapOperation.ExtendedResponse, 2, "unsupported"), Result(2, LdapOperation.BindResponse, 0));
        var verdict = await AskAsync(Simple(server.Port) with { UsesStartTls = true });
        Assert.That(verdict.Reason, Is.EqualTo($"LDAP server 127.0.0.1:{server.Port}: StartTLS was refused: ProtocolError (2: unsupported)"));
        Assert.That(server.Requests, Has.None.Matches<byte[]>(request => Encoding.UTF8.GetString(request!).Contains(Password)));
    }

    [Test]
    public async Task An_answer_pushed_in_behind_StartTLS_is_not_taken()
    {
        await using var server = new FakeLdapServer([.. Result(1, LdapOperation.ExtendedResponse, 0), .. Result(2, LdapOperation.BindResponse, 0)]);
        var verdict = await AskAsync(Simple(server.Port) with { UsesStartTls = true });
        Assert.That(verdict.IsRight, Is.False);
        Assert.That(verdict.Reason, Does.Contain("TLS handshake failed: "));
    }

    private static Task<LdapVerdict> AskAsync(LdapOptions options, string user = "bob") =>
        new LdapDirectory(TimeProvider.System, Long).AskAsync(new LdapQuestion(options, user, Password), CancellationToken.None).WaitAsync(WaitLimit.Default);

    private static LdapOptions Simple(params int[] ports) =>
        new() { Servers = [.. ports.Select(port => new LdapServer("127.0.0.1", port))], Prefix = "uid=", Suffix = ",dc=x" };

    private static LdapOptions Searching(int port) => Simple(port) with
    {
        Prefix = "",
        Suffix = "",
        BaseDn = "dc=x",
        BindDn = "cn=search",
        BindPassword = "search-secret",
        Filter = "(uid=$username)",
    };

    // Time passes for the first timer only, when the test says so.
    private sealed class StoppedClock : TimeProvider
    {
        private Action? _first;

        public void Ring() => _first!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _first ??= () => callback(state);
            return new StoppedTimer();
        }
    }

    private sealed class StoppedTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
