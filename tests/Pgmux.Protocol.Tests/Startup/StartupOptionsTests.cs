using System.Text;
using FsCheck.Fluent;

namespace Pgmux.Protocol.Tests;

public sealed class StartupOptionsTests
{
    private static readonly object[][] Accepted =
    [
        ["", Array.Empty<string>()],
        [" \t ", Array.Empty<string>()],
        ["-c a=b", new[] { "a=b" }],
        ["-ca=b", new[] { "a=b" }],
        ["-c  a=b", new[] { "a=b" }],
        ["--a=b", new[] { "a=b" }],
        ["  -c\ta=b\n--c=d\v-c e=f ", new[] { "a=b", "c=d", "e=f" }],
        ["--search-path=x", new[] { "search_path=x" }],
        ["-c search-path=a-b", new[] { "search_path=a-b" }],
        [@"-c search_path=a,\ b", new[] { "search_path=a, b" }],
        [@"-c a=\\b\c", new[] { @"a=\bc" }],
        [@"-c a=b\", new[] { "a=b" }],
        ["-c a=", new[] { "a=" }],
        ["-c a=b=c", new[] { "a=b=c" }],
        ["-c a=1 -c a=2", new[] { "a=1", "a=2" }],
        [@"\-c a=1", new[] { "a=1" }],
        [@"-c a\ =b", new[] { "a =b" }],
        ["-c a='x'", new[] { "a='x'" }],
    ];

    private static readonly string[] Refused =
    [
        "a=b", "-d 5", "-e", "-c", "-c a", "--", "--a", "--=b", "-c =b", "-", "-c -c a=b", "-c a=b c", "-c a=b \\", "-C a=b", "\\", "-F",
        "--a=b --",
    ];

    [TestCaseSource(nameof(Accepted)), Property("Row", "B14")]
    public void Options_are_split_as_PostgreSQL_splits_them(string options, string[] settings)
    {
        var parsed = StartupOptions.Parse(options);
        Assert.That(parsed.Error, Is.Null);
        Assert.That(parsed.Settings.Select(setting => $"{setting.Key}={setting.Value}"), Is.EqualTo(settings));
    }

    [TestCaseSource(nameof(Refused)), Property("Row", "H15")]
    [Property("Text", "T88")]
    public void Other_switches_are_refused(string options)
    {
        var parsed = StartupOptions.Parse(options);
        Assert.That(parsed.Error, Is.EqualTo(
            "unsupported options startup parameter: only '-c config=val' and '--config=val' are allowed"));
        Assert.That(parsed.Settings, Is.Empty);
    }

    [Test, Property("Row", "B14")]
    public void Escaped_values_come_back() =>
        Prop.ForAll<Tuple<string, bool>[]>(values =>
        {
            var settings = (values ?? []).Select((value, index) => (Name: $"n{index}", Value: value.Item1 ?? "", IsLong: value.Item2)).ToArray();
            var options = string.Join(' ', settings.Select(s => (s.IsLong ? "--" : "-c ") + s.Name + "=" + Escape(s.Value)));
            var parsed = StartupOptions.Parse(options);
            return parsed.Error is null && parsed.Settings.Select(s => (s.Key, s.Value)).SequenceEqual(settings.Select(s => (s.Name, s.Value)));
        }).CheckHolds();

    [Test, Property("Row", "H15")]
    public void Options_of_64_KiB_are_read()
    {
        var value = new string('x', 64 * 1024);
        Assert.That(StartupOptions.Parse("-c a=" + value).Settings[0].Value, Is.EqualTo(value));
    }

    private static string Escape(string value)
    {
        var escaped = new StringBuilder();
        foreach (var character in value)
        {
            if (character is ' ' or '\t' or '\n' or '\v' or '\f' or '\r' or '\\')
            {
                escaped.Append('\\');
            }

            escaped.Append(character);
        }

        return escaped.ToString();
    }
}
