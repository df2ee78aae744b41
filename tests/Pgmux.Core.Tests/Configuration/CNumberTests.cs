using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class CNumberTests
{
    [TestCase("0", 0)]
    [TestCase("1", 1)]
    [TestCase(" \t42", 42)]
    [TestCase("+7", 7)]
    [TestCase("-7", -7)]
    [TestCase("0777", 511)]
    [TestCase("00", 0)]
    [TestCase("0x1F", 31)]
    [TestCase("-0X10", -16)]
    [TestCase("99999999999999999999999", long.MaxValue)]
    public void Whole_numbers_are_read_like_strtol_with_base_0(string text, long number)
    {
        Assert.That(CNumber.TryParseInteger(text, out var value), Is.True);
        Assert.That(value, Is.EqualTo(number));
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("yes")]
    [TestCase("on")]
    [TestCase("1 ")]
    [TestCase("1s")]
    [TestCase("08")]
    [TestCase("0x")]
    [TestCase("0xg")]
    [TestCase("1.0")]
    [TestCase("--1")]
    [TestCase("- 1")]
    [TestCase("١")]
    public void Anything_that_strtol_does_not_read_to_the_end_is_refused(string text)
        => Assert.That(CNumber.TryParseInteger(text, out _), Is.False);

    [TestCase("10", 10)]
    [TestCase("  10abc", 10)]
    [TestCase("010", 10)]
    [TestCase("-1", -1)]
    [TestCase("99999999999", int.MaxValue)]
    public void Prefixes_are_read_like_atoi(string text, int number)
    {
        Assert.That(CNumber.TryParsePrefix(text, out var value), Is.True);
        Assert.That(value, Is.EqualTo(number));
    }

    [TestCase("")]
    [TestCase("abc")]
    [TestCase("-")]
    public void A_prefix_needs_a_digit(string text) => Assert.That(CNumber.TryParsePrefix(text, out _), Is.False);

    [TestCase("0", 0)]
    [TestCase("1.5", 1.5)]
    [TestCase(".5", 0.5)]
    [TestCase("5.", 5)]
    [TestCase("1e2", 100)]
    public void Seconds_have_a_decimal_point(string text, double seconds)
    {
        Assert.That(CNumber.TryParseSeconds(text, out var value), Is.True);
        Assert.That(value, Is.EqualTo(seconds));
    }

    [TestCase("")]
    [TestCase("-1")]
    [TestCase("1,5")]
    [TestCase("5s")]
    [TestCase("5 min")]
    [TestCase("inf")]
    [TestCase("nan")]
    public void Seconds_have_no_unit_no_comma_and_no_sign(string text)
        => Assert.That(CNumber.TryParseSeconds(text, out _), Is.False);
}
