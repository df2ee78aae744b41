using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class IniReaderTests
{
    private ConfigFiles _files = null!;

    [SetUp]
    public void MakeDirectory() => _files = new ConfigFiles();

    [TearDown]
    public void RemoveDirectory() => _files.Dispose();

    [TestCase("[s]\na=1", "s:a=1")]
    [TestCase("[s]\r\n  a \t=\t 1 2 \t\r\n", "s:a=1 2")]
    [TestCase("[s]\na = 1 ; no comment", "s:a=1 ; no comment")]
    [TestCase("; c\n# c\n  ; c\n[s]\n#a=1\na=", "s:a=")]
    [TestCase("[s] a = 1", "s:a=1")]
    [TestCase("[s] ; comment", "")]
    [TestCase("[s] [t] a=1", "t:a=1")]
    [TestCase("[s]\n'my db' = x", "s:my db=x")]
    [TestCase("[s]\n\"my db\"=x", "s:my db=x")]
    [TestCase("[s]\n'it''s' = x", "s:it's=x")]
    [TestCase("[s]\n\"a\"\"b\" = x", "s:a\"b=x")]
    [TestCase("[s]\na.b-c*_1 = x", "s:a.b-c*_1=x")]
    [TestCase("[s]\na = 'x' = y", "s:a='x' = y")]
    [TestCase("[s]\na=1\n[t]\nb=2\n[s]\na=3", "s:a=1|t:b=2|s:a=3")]
    [TestCase("[ s ]\na=1", " s :a=1")]
    [Property("Text", "T18")]
    public void Lines_mean_what_they_mean_to_PgBouncer(string text, string expected)
    {
        var entries = Read(text, out var faults);
        Assert.That(faults, Is.Empty);
        Assert.That(
            string.Join('|', entries.Where(entry => entry.Key is not null).Select(entry => $"{entry.Section}:{entry.Key}={entry.Value}")),
            Is.EqualTo(expected));
    }

    [TestCase("[s\na=1", 1, "syntax error: the section name has no closing bracket")]
    [TestCase("[s]\n\nnonsense", 3, "syntax error: expected key = value, [section] or a comment")]
    [TestCase("[s]\n= 1", 2, "syntax error: expected key = value, [section] or a comment")]
    [TestCase("[s]\nmy db = 1", 2, "syntax error: expected key = value, [section] or a comment")]
    [TestCase("[s]\n'my db = 1", 2, "syntax error: expected key = value, [section] or a comment")]
    [TestCase("[s]\na=1\0\nb=2", 2, "a zero byte stands in this line")]
    [TestCase("a=1\nb=2", 1, "\"a\" stands before the first [section]")]
    [TestCase("\uFEFF[s]\na=1", 1, "starts with a byte order mark; save the file as UTF-8 without one")]
    [TestCase("[s]\n%include", 2, "syntax error: expected key = value, [section] or a comment")]
    [Property("Row", "Z06")]
    [Property("Row", "Z11")]
    public void What_is_no_line_is_named(string text, int line, string message)
    {
        Read(text, out var faults);
        Assert.That(faults, Is.EqualTo(new[] { new ConfigFault(_files.PathOf("x.ini"), line, message) }));
    }

    [Test]
    public void Names_in_another_encoding_survive_byte_for_byte()
    {
        var bytes = Encoding.Latin1.GetBytes("[s]\n; kommentar für alle\n'größe' = x");
        var entries = new IniReader([]).Read(_files.Write("latin1.ini", bytes));
        Assert.That(Protocol.WireText.Encode(entries[1].Key!), Is.EqualTo(Encoding.Latin1.GetBytes("größe")));
    }

    [Test]
    public void An_included_file_continues_the_section_and_hands_its_own_back()
    {
        var included = _files.Write("more.ini", "b=2\n[t]\nc=3\n");
        var entries = Read($"[s]\na=1\n%include  {included} \nd=4\n", out var faults);
        Assert.That(faults, Is.Empty);
        Assert.That(
            entries.Where(entry => entry.Key is not null).Select(entry => (entry.Section, entry.Key, entry.Location)),
            Is.EqualTo(new[]
            {
                ("s", "a", new SourceLocation(_files.PathOf("x.ini"), 2)),
                ("s", "b", new SourceLocation(included, 1)),
                ("t", "c", new SourceLocation(included, 3)),
                ("t", "d", new SourceLocation(_files.PathOf("x.ini"), 4)),
            }));
    }

    [Test]
    [Property("Row", "Z06")]
    public void A_file_that_includes_itself_is_stopped_at_the_tenth_level()
    {
        var path = _files.Write("loop.ini", "");
        _files.Write("loop.ini", $"[s]\n%include {path}\n");
        var faults = new List<ConfigFault>();
        var entries = new IniReader(faults).Read(path);
        Assert.That(faults, Is.EqualTo(new[] { new ConfigFault(path, 2, "%include is nested deeper than 10 files") }));
        Assert.That(entries, Has.Count.EqualTo(11));
    }

    [Test]
    [Property("Row", "Z06")]
    public void Files_that_include_each_other_twice_end_too()
    {
        var path = _files.Write("loop.ini", "");
        _files.Write("loop.ini", $"[s]\n%include {path}\n%include {path}\n%include {path}\n");
        var faults = new List<ConfigFault>();
        new IniReader(faults).Read(path);
        Assert.That(faults, Has.Count.LessThan(10_000).And.Some.Property("Message").EqualTo("more than 1000 files are included"));
    }

    [Test]
    [Property("Row", "Z06")]
    public void A_missing_included_file_is_reported_where_it_is_included()
        => Assert.That(
            _files.FaultsOf("[pgbouncer]\n%include /no/such/file.ini\n"),
            Is.EqualTo(new[] { "2: included file \"/no/such/file.ini\" cannot be read: no such file or directory" }));

    [Test]
    [Property("Row", "Z06")]
    public void Random_bytes_never_throw()
    {
        var piece = Gen.Elements("[", "]", "=", "'", "\"", "''", ";", "#", "%include ", "\n", "\r\n", " ", "\0", "a", "pgbouncer", "databases", "\uFEFF", "\uD800", "é")
            .Select(text => Encoding.UTF8.GetBytes(text));
        var noise = Gen.Choose(0, 255).Select(value => new[] { (byte)value });
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(Gen.OneOf(piece, piece, noise)).ToArbitrary(), pieces =>
        {
            var result = ConfigLoader.Load(_files.Write("x.ini", pieces.SelectMany(bytes => bytes).ToArray()));
            return result.Snapshot is null == result.Faults.Count > 0;
        }));
    }

    private IReadOnlyList<IniEntry> Read(string text, out List<ConfigFault> faults)
    {
        faults = [];
        return new IniReader(faults).Read(_files.Write("x.ini", Encoding.UTF8.GetBytes(text)));
    }
}
