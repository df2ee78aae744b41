using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class UserListReaderTests
{
    private ConfigFiles _files = null!;

    [SetUp]
    public void MakeDirectory() => _files = new ConfigFiles();

    [TearDown]
    public void RemoveDirectory() => _files.Dispose();

    [TestCase("\"a\" \"b\"", "a=b")]
    [TestCase("  \"a\"\t\"b\" the rest is ignored\n\n; comment\n\"c\" \"\"", "a=b|c=")]
    [TestCase("\"a\" \"b\"\r\n\"c\" \"d\"\r\n", "a=b|c=d")]
    [TestCase("\"a\"\"\"\"b\" \"c\"\"\"", "a\"\"b=c\"")]
    [TestCase("\"a\" = \"b\"", "a=b")]
    [TestCase("\"a b\" \"c d;\" ; \"x\"", "a b=c d;")]
    [TestCase("\"a\" \"1\"\n\"a\" \"2\"", "a=2")]
    [TestCase("\"größe\" \"ключ\"", "größe=ключ")]
    [TestCase("", "")]
    [Property("Row", "Z11")]
    public void Lines_mean_what_they_mean_to_PgBouncer(string text, string expected)
    {
        var users = Read(Encoding.UTF8.GetBytes(text), out var faults);
        Assert.That(faults, Is.Empty);
        Assert.That(string.Join('|', users!.Names.Select(name => $"{name}={users.Find(name)!.Text}")), Is.EqualTo(expected));
    }

    [TestCase("a b", 1, "expected \"name\" \"secret\"")]
    [TestCase("\"a\" \"b\"\n\n\"c\"\n", 3, "expected \"name\" \"secret\"")]
    [TestCase("\"a\" \"b\"\n\"c\" \"d\n", 2, "expected \"name\" \"secret\"")]
    [TestCase("# no comment here", 1, "expected \"name\" \"secret\"")]
    [TestCase("x \"a\" \"b\"", 1, "expected \"name\" \"secret\"")]
    [TestCase("\"a\" \"b\0\"", 1, "a zero byte stands in it")]
    [TestCase("\uFEFF\"a\" \"b\"", 1, "a byte order mark stands at its start; save the file as UTF-8 without one")]
    [Property("Row", "Z11")]
    public void A_broken_line_is_named_and_no_list_is_used(string text, int line, string why)
    {
        Assert.That(Read(Encoding.UTF8.GetBytes(text), out var faults), Is.Null);
        Assert.That(faults, Is.EqualTo(new[] { new ConfigFault(_files.PathOf("users"), line, $"broken auth file: {why}") }));
    }

    [TestCase(127, 2047, true)]
    [TestCase(128, 1, false)]
    [TestCase(1, 2048, false)]
    [Property("Row", "B13")]
    [Property("Text", "T19")]
    public void Names_and_secrets_have_PgBouncers_limits(int nameBytes, int secretBytes, bool isAccepted)
    {
        var users = Read(Encoding.UTF8.GetBytes($"\"{new string('n', nameBytes)}\" \"{new string('s', secretBytes)}\""), out var faults);
        Assert.That(users is not null, Is.EqualTo(isAccepted));
        Assert.That(faults.Count, Is.EqualTo(isAccepted ? 0 : 1));
    }

    [Test]
    [Property("Row", "Z11")]
    public void A_file_of_the_wrong_kind_does_not_flood_the_log()
    {
        Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<html>\n", 100_000))), out var faults);
        Assert.That(faults, Has.Count.EqualTo(21));
    }

    [Test]
    [Property("Row", "Z11")]
    public void A_million_lines_load_in_five_seconds()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 1_000_000; i++)
        {
            text.Append("\"user").Append(i).Append("\" \"").Append(i % 2 == 0 ? "secret" : "md5d4a43a1dd54b1d0ff7ab4a0d8c2bbc9e").Append("\"\n");
        }

        var bytes = Encoding.ASCII.GetBytes(text.ToString());
        var before = Environment.CpuUsage.TotalTime;
        var users = Read(bytes, out _);

        // Time of the processor, so that what else runs on the machine does not count.
        Assert.That(Environment.CpuUsage.TotalTime - before, Is.LessThan(TimeSpan.FromSeconds(5)));
        Assert.That(users!.Count, Is.EqualTo(1_000_000));
    }

    [Test]
    [Property("Row", "Z11")]
    public void What_was_written_is_read_back()
    {
        var text = ArbMap.Default.GeneratorFor<NonEmptyString>().Select(value => value.Get)
            .Where(value => value.Length <= 40 && !value.AsSpan().ContainsAny('\n', '\0') && !value.Any(char.IsSurrogate));
        var user = text.SelectMany(name => text.Select(secret => KeyValuePair.Create(name, secret)));
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(user).ToArbitrary(), written =>
        {
            var lines = written.Select(entry => $"{Quoted(entry.Key)} {Quoted(entry.Value)}");
            var users = Read(Encoding.UTF8.GetBytes(string.Join('\n', lines)), out _);
            return written.Reverse().DistinctBy(entry => entry.Key).All(entry => users?.Find(entry.Key)?.Text == entry.Value);
        }));
    }

    [Test]
    [Property("Row", "Z11")]
    public void Random_bytes_never_throw()
    {
        var pieces = Gen.Elements("\"", "\"\"", " ", "\n", ";", "a", "\0").Select(Encoding.UTF8.GetBytes);
        var noise = Gen.Choose(0, 255).Select(value => new[] { (byte)value });
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(Gen.OneOf(pieces, noise)).ToArbitrary(), content =>
            Read(content.SelectMany(bytes => bytes).ToArray(), out var faults) is null == faults.Count > 0));
    }

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private UserList? Read(byte[] content, out List<ConfigFault> faults)
    {
        faults = [];
        return new UserListReader(_files.Write("users", content), SourceLocation.Nowhere, faults).Read();
    }
}
