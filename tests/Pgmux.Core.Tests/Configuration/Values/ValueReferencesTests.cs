using Pgmux.Core.Configuration.Values;

namespace Pgmux.Core.Tests.Configuration.Values;

[TestFixture]
internal sealed class ValueReferencesTests
{
    private static readonly ValueReferences References = new(name => name switch
    {
        "HOST" => "10.0.0.5",
        "EMPTY" => "",
        "NESTED" => "${HOST}",
        _ => null,
    });

    [TestCase("", "")]
    [TestCase("plain $1 $ {x}", "plain $1 $ {x}")]
    [TestCase("${HOST}", "10.0.0.5")]
    [TestCase("a${HOST}b${EMPTY}c", "a10.0.0.5bc")]
    [TestCase("${NESTED}", "${HOST}")]
    [TestCase("$${HOST}", "${HOST}")]
    [TestCase("x$${HOST}${HOST}$${", "x${HOST}10.0.0.5${")]
    public void References_become_what_they_name(string text, string value)
    {
        Assert.That(References.TryResolve(text, out var resolved, out var problem), Is.True, problem);
        Assert.That(resolved, Is.EqualTo(value));
    }

    [TestCase("${NOBODY}", "refers to the environment variable \"NOBODY\", which is not set; a plain ${ is written $${")]
    [TestCase("${}", "refers to the environment variable \"\", which is not set; a plain ${ is written $${")]
    [TestCase("a ${HOST", "has a ${ without a closing brace; a plain ${ is written $${")]
    [TestCase("${file:/no/such/file}", "refers to the file \"/no/such/file\", which cannot be read: no such file or directory")]
    [TestCase("${file:/}", "refers to the file \"/\", which is a directory, not a file")]
    public void What_names_nothing_is_a_fault(string text, string expected)
    {
        Assert.That(References.TryResolve(text, out _, out var problem), Is.False);
        Assert.That(problem, Is.EqualTo(expected));
    }

    [TestCase("se'cret ${HOST}\r\n", "se'cret ${HOST}")]
    [TestCase("secret", "secret")]
    [TestCase("\n", "")]
    public void A_file_gives_its_line(string content, string value)
    {
        using var files = new ConfigFiles();
        var path = files.Write("secret", content);
        Assert.That(References.TryResolve($"${{file:{path}}}", out var resolved, out var problem), Is.True, problem);
        Assert.That(resolved, Is.EqualTo(value));
    }

    [Test]
    public void A_file_of_several_lines_or_without_an_end_is_none()
    {
        using var files = new ConfigFiles();
        var lines = files.Write("lines", "a secret\nanother\n");
        Assert.That(References.TryResolve($"${{file:{lines}}}", out _, out var problem), Is.False);
        Assert.That(problem, Is.EqualTo($"refers to the file \"{lines}\", which has more than one line"));
        Assert.That(References.TryResolve("${file:/dev/zero}", out _, out problem), Is.False);
        Assert.That(problem, Is.EqualTo("refers to the file \"/dev/zero\", which is larger than 64 KiB, the most that is read"));
    }

    [Test]
    public void A_configuration_takes_its_values_from_elsewhere()
    {
        using var files = new ConfigFiles();
        var secret = files.Write("secret", "it's a secret\n");
        var host = files.Write("host", "10.0.0.7\n");
        var log = files.Write("log", "/tmp/the.log");
        var snapshot = files.LoadGood($$"""
            [databases]
            app = host=${file:{{host}}} password=${file:{{secret}}} user=app
            [pgbouncer]
            listen_addr = 127.0.0.1
            auth_type = any
            logfile = ${file:{{log}}}
            """);
        Assert.That(snapshot.FindDatabase("app")!.Hosts, Is.EqualTo(new[] { "10.0.0.7" }));
        Assert.That(snapshot.FindDatabase("app")!.Password!.Text, Is.EqualTo("it's a secret"));
        Assert.That(snapshot.Options.Logfile, Is.EqualTo("/tmp/the.log"));
    }

    [Test]
    public void A_fault_names_its_line_and_shows_no_secret()
    {
        using var files = new ConfigFiles();
        var secret = files.Write("secret", "hunter2");
        Assert.That(
            files.FaultsOf($$"""
                [databases]
                app = host=h port=${file:{{secret}}} password=${PGMUX_TEST_IS_NOT_SET}
                [pgbouncer]
                listen_port = ${file:{{secret}}}
                """),
            Is.EqualTo(new[]
            {
                "2: database app: port must be a port from 1 to 65535",
                "2: database app: password refers to the environment variable \"PGMUX_TEST_IS_NOT_SET\", which is not set; a plain ${ is written $${",
                $"4: listen_port = ${{file:{secret}}}: listen_port must be a whole number from 0 to 65535",
            }));
    }
}
