using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics.Lines;

namespace Pgmux.Core.Tests.Diagnostics;

[TestFixture]
internal sealed class LogLineTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 13, 0, 0, 123, TimeSpan.Zero);

    [TestCase(LogLevel.Trace, "NOISE")]
    [TestCase(LogLevel.Debug, "DEBUG")]
    [TestCase(LogLevel.Information, "LOG")]
    [TestCase(LogLevel.Warning, "WARNING")]
    [TestCase(LogLevel.Error, "ERROR")]
    [TestCase(LogLevel.Critical, "FATAL")]
    [Property("Text", "T28")]
    public void A_line_has_PgBouncers_form(LogLevel level, string name)
        => Assert.That(
            Format("C-0x1: db/user@10.0.0.1:5000 login attempt", level),
            Is.EqualTo($"2026-11-20 13:00:00.123 UTC [42] {name} C-0x1: db/user@10.0.0.1:5000 login attempt\n"));

    [TestCase("a\nb", "a\\nb")]
    [TestCase("a\r\nb\tc", "a\\r\\nb\\tc")]
    [TestCase("\u001b[31mred\u0007", "\\u{1b}[31mred\\u{7}")]
    [TestCase("\u0085\u2028\u2029", "\\u{85}\\u{2028}\\u{2029}")]
    [TestCase("\u202Etxt.exe", "\\u{202e}txt.exe")]
    [TestCase("größe 🐘", "größe 🐘")]
    [Property("Row", "N14")]
    public void Control_characters_are_made_visible(string text, string visible)
        => Assert.That(Format(text), Does.EndWith($"LOG {visible}\n"));

    [Test]
    [Property("Row", "N14")]
    public void One_event_is_one_line_whatever_its_values()
    {
        var piece = Gen.OneOf(
            ArbMap.Default.GeneratorFor<NonEmptyString>().Select(text => text.Get),
            Gen.Choose(0, char.MaxValue).Select(value => ((char)value).ToString()),
            Gen.Elements("\n", "\r", "\u001b]0;x\u0007", "\0", "\uD800"));
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(piece).Select(string.Concat).ToArbitrary(), text =>
        {
            var line = Format(text);
            return line[^1] == '\n' && !line[..^1].Any(char.IsControl);
        }));
    }

    [Test]
    [Property("Row", "H08")]
    public void A_long_line_is_cut_between_characters_to_what_a_pipe_takes_whole()
    {
        for (var shift = 0; shift < 4; shift++)
        {
            var bytes = LogLine.Format(new LogEntry(Now, 42, LogLevel.Information, 0, new string('x', shift) + string.Concat(Enumerable.Repeat("🐘", 5000))));
            Assert.That(bytes, Has.Length.InRange(LogLine.LongestBytes - 4, LogLine.LongestBytes));
            Assert.That(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes), Does.EndWith("🐘...\n"));
        }
    }

    [Test]
    [Property("Row", "Z13")]
    public void The_locale_of_the_thread_changes_nothing()
    {
        var before = CultureInfo.CurrentCulture;
        var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        other.DateTimeFormat.TimeSeparator = ".";
        other.DateTimeFormat.DateSeparator = "/";
        other.NumberFormat.NegativeSign = "~";
        try
        {
            CultureInfo.CurrentCulture = other;
            Assert.That(Format("x"), Is.EqualTo("2026-11-20 13:00:00.123 UTC [42] LOG x\n"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string Format(string text, LogLevel level = LogLevel.Information)
        => Encoding.UTF8.GetString(LogLine.Format(new LogEntry(Now, 42, level, 0, text)));
}
