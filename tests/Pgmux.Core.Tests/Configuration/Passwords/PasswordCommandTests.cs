using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.Passwords;

namespace Pgmux.Core.Tests.Configuration.Passwords;

/// <summary>How password_command is read, and what it is run with.</summary>
[TestFixture]
internal sealed class PasswordCommandTests
{
    private readonly ConfigFiles _files = new();

    [OneTimeTearDown]
    public void Remove() => _files.Dispose();

    [TestCase("/bin/x", new[] { "/bin/x" })]
    [TestCase("  /bin/x  a\tb  ", new[] { "/bin/x", "a", "b" })]
    [TestCase("/bin/x 'a b' \"c d\"", new[] { "/bin/x", "a b", "c d" })]
    [TestCase("/bin/x --user='a b'c", new[] { "/bin/x", "--user=a bc" })]
    [TestCase("/bin/x '' 'it''s' \"\"\"\"", new[] { "/bin/x", "", "it's", "\"" })]
    [TestCase("/bin/x $HOME `id` ; rm | * \\", new[] { "/bin/x", "$HOME", "`id`", ";", "rm", "|", "*", "\\" })]
    public void Words_end_at_blanks_outside_of_quotes(string text, string[] words) => Assert.That(CommandWords.Split(text), Is.EqualTo(words));

    [TestCase("%h:%p", "db.example:5432")]
    [TestCase("%u@%d", "al ice'; %h@app")]
    [TestCase("%%h%%", "%h%")]
    public void Placeholders_are_filled_in_once_and_stay_in_their_word(string word, string expected) =>
        Assert.That(
            new PasswordCommand($"/bin/x {word}").WordsFor("db.example", 5432, "al ice'; %h", "app"), Is.EqualTo(new[] { "/bin/x", expected }));

    [TestCase("/bin/x '", "has a quote that is not closed; within quotes the quote itself is written twice")]
    [TestCase("aws rds", "must begin with the whole path of a program, such as /usr/bin/aws")]
    [TestCase("/bin/x %%%x", "must not have %x; %h is the host, %p the port, %u the user, %d the database, %% a percent sign")]
    [TestCase("/bin/x 100%", "must not have %; %h is the host, %p the port, %u the user, %d the database, %% a percent sign")]
    public void What_is_no_command_is_refused(string text, string problem)
    {
        Assert.That(new PasswordCommandType().TryParse(text, out _, out var said), Is.False);
        Assert.That(said, Is.EqualTo(problem));
    }

    [TestCase("", "host=h user=u password_command='/bin/a'", "/bin/a", 0)]
    [TestCase("password_command = /bin/b %u", "host=h", "/bin/b %u", 0)]
    [TestCase("password_command = /bin/b", "host=h user=u", "/bin/b", 0)]
    [TestCase("password_command = /bin/b\npassword_command_ttl = 5", "host=h user=u password_command='/bin/a'", "/bin/a", 5)]
    [TestCase("password_command_ttl = 5", "host=h user=u password_command='/bin/a' password_command_ttl=7", "/bin/a", 7)]
    [TestCase("password_command = /bin/b", "host=h user=u password=p", null, 0)]
    [TestCase("password_command = /bin/b", "host=h", null, 0, Description = "it does not say whose password it prints")]
    public void A_databases_keys_come_before_the_settings(string settings, string line, string? command, int ttl)
    {
        var source = Load(settings, line);
        Assert.That((source?.Command.Text, source?.Lifetime.TotalSeconds ?? 0), Is.EqualTo((command, (double)ttl)));
    }

    [TestCase("", 15)]
    [TestCase("server_connect_timeout = 4", 4)]
    [TestCase("server_connect_timeout = 4\npassword_command_timeout = 2", 2)]
    [TestCase("server_connect_timeout = 0", 15)]
    public void There_always_is_a_time_limit(string settings, int seconds) =>
        Assert.That(Load(settings, "host=h user=u password_command='/bin/a'")!.Timeout.TotalSeconds, Is.EqualTo(seconds));

    [TestCase("a = host=h password_command='/bin/a'", "password_command of database a would print the same password for every user; add user= to the line or %u to the command")]
    [TestCase("a = host=h user=u password=p password_command='/bin/a'", "database a has password and password_command; leave one of them out")]
    [TestCase("* = host=h user=u password_command='/bin/a %d'", "password_command has %d, but database * takes its name from clients, whose text is handed to no program; give * a dbname or leave %d out")]
    public void A_command_that_cannot_be_meant_stops_the_start(string line, string fault) =>
        Assert.That(_files.FaultsOf($"[databases]\n{line}\n[pgbouncer]\n"), Is.EqualTo(new[] { $"2: {fault}" }));

    [Test]
    public void A_program_that_is_not_there_is_warned_of()
    {
        var result = _files.Load("[databases]\na = host=h user=u password_command='/nowhere/at/all'\n[pgbouncer]\n");
        Assert.That(result.Faults, Is.Empty);
        Assert.That(result.Warnings.Select(warning => warning.Message), Has.One.EqualTo("the program /nowhere/at/all of password_command is not there"));
    }

    private PasswordSource? Load(string settings, string line)
    {
        var snapshot = _files.LoadGood($"[databases]\na = {line}\n[pgbouncer]\n{settings}\n");
        return PasswordSource.For(snapshot, snapshot.FindDatabase("a")!);
    }
}
