using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics.Lines;

namespace Pgmux.Core.Tests.Diagnostics;

[TestFixture]
internal sealed class JsonLineTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 13, 0, 0, 123, TimeSpan.Zero);

    [Test]
    public void A_line_is_an_object_with_all_that_PgBouncers_line_says()
        => Assert.That(
            Format("closing because: \"client\" close request (age=5s)"),
            Is.EqualTo("""{"time":"2026-11-20T13:00:00.123Z","pid":42,"level":"WARNING","event":1600,"message":"closing because: \u0022client\u0022 close request (age=5s)"}""" + "\n"));

    [Test]
    [Property("Row", "N14")]
    public void One_event_is_one_line_that_reads_back_whatever_its_text()
    {
        var piece = Gen.OneOf(
            ArbMap.Default.GeneratorFor<NonEmptyString>().Select(text => text.Get),
            Gen.Choose(0, char.MaxValue).Select(value => ((char)value).ToString()),
            Gen.Elements("\n", "\r", "\u001b]0;x\u0007", "\0", "\"", "\\", "\uD800"));
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.ArrayOf(piece).Select(string.Concat).ToArbitrary(), text =>
        {
            var line = Format(text);
            var message = JsonDocument.Parse(line).RootElement.GetProperty("message").GetString();
            var expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            return line[^1] == '\n' && !line[..^1].Any(char.IsControl) && message == expected;
        }));
    }

    [TestCase("x")]
    [TestCase("🐘")]
    [TestCase("\"")]
    [Property("Row", "H08")]
    public void A_long_message_is_cut_to_a_line_that_a_pipe_takes_whole(string character)
    {
        var line = Format(string.Concat(Enumerable.Repeat(character, 5000)));
        Assert.That(line, Has.Length.InRange(LogLine.LongestBytes / 4, LogLine.LongestBytes));
        var message = JsonDocument.Parse(line).RootElement.GetProperty("message").GetString()!;
        Assert.That(message, Does.EndWith(character + "..."));
        Assert.That(message.Replace(character, "", StringComparison.Ordinal), Is.EqualTo("..."));
    }

    private static string Format(string text) => Encoding.UTF8.GetString(JsonLine.Format(new LogEntry(Now, 42, LogLevel.Warning, 1600, text)));
}
