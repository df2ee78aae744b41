using System.Buffers;
using System.Text;
using FsCheck.Fluent;

namespace Pgmux.Protocol.Tests;

public sealed class ErrorFieldsTests
{
    [Test]
    public void A_fatal_error_has_both_severities_code_and_message()
    {
        var error = ErrorFields.Fatal(SqlState.InvalidPassword, "no");
        Assert.That(Body(error), Is.EqualTo("SFATAL\0VFATAL\0C28P01\0Mno\0\0"));
        Assert.That(error.IsFatal);
    }

    [Test]
    public void Severity_goes_by_the_untranslated_field()
    {
        var error = Read("SFATALE\0VFATAL\0C28P01\0Mnein\0\0");
        Assert.That(error.IsFatal);
        Assert.That(error.Severity, Is.EqualTo("FATAL"));
        Assert.That(Read("SPANIK\0VPANIC\0").IsFatal);
        Assert.That(Read("SFATAL\0").IsFatal, "old servers have no V");
        Assert.That(Read("SFATAL\0VERROR\0").IsFatal, Is.False);
        Assert.That(Read("SFATAL\0VFAT").IsFatal, "a cut one says nothing");
    }

    [Test]
    public void Fields_keep_their_order_their_duplicates_and_unknown_codes()
    {
        const string Text = "Mfirst\0Zunknown\0Msecond\0CXX001\0\0";
        var error = Read(Text);
        Assert.That(Body(error), Is.EqualTo(Text));
        Assert.That(error.Message, Is.EqualTo("first"));
        Assert.That(error.Fields, Has.Count.EqualTo(4));
    }

    [TestCase("", "ERROR", "XX000", "unknown error")]
    [TestCase("\0", "ERROR", "XX000", "unknown error")]
    [TestCase("SFATAL\0Mno code\0\0", "FATAL", "XX000", "no code")]
    [TestCase("SFATAL\0C\0M\0\0", "FATAL", "XX000", "")]
    [TestCase("C42601\0\0", "ERROR", "42601", "unknown error")]
    [TestCase("C426010\0Mlong code\0\0", "ERROR", "XX000", "long code")]
    [TestCase("VERROR\0C42601\0Mcut off", "ERROR", "42601", "cut off")]
    [TestCase("M", "ERROR", "XX000", "")]
    [TestCase("C42601\0C42602\0Ma\0Mb\0\0", "ERROR", "42601", "a")]
    [TestCase("C42601\0\0Mbehind the end\0", "ERROR", "42601", "unknown error")]
    [Property("Row", "C03")]
    public void Whatever_is_missing_has_something_to_fall_back_on(string body, string severity, string code, string message)
    {
        var error = Read(body);
        Assert.Multiple(() =>
        {
            Assert.That(error.Severity, Is.EqualTo(severity));
            Assert.That(error.SqlState, Is.EqualTo(code));
            Assert.That(error.Message, Is.EqualTo(message));
            Assert.That(error.ToString(), Is.Not.Empty);
        });
    }

    [TestCase("SFEHLER\0VERROR\0C42601\0M\0\0", "ERROR", "42601")]
    [TestCase("SFEHLER\0C42601", "FEHLER", "42601")]
    [TestCase("", "", "")]
    [TestCase("Mno code\0\0", "", "")]
    public void Severity_and_code_are_found_without_reading_the_rest(string body, string severity, string code)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        Assert.That(Encoding.UTF8.GetString(ErrorFields.PeekSeverity(bytes)), Is.EqualTo(severity));
        Assert.That(Encoding.UTF8.GetString(ErrorFields.PeekSqlState(bytes)), Is.EqualTo(code));
    }

    [Test]
    public void A_written_error_is_read_back() =>
        Prop.ForAll<string, string, string>((code, message, detail) =>
        {
            var error = ErrorFields.Error(GeneratedText.Usable(code), GeneratedText.Usable(message)).WithDetail(GeneratedText.Usable(detail));
            var output = new ArrayBufferWriter<byte>();
            BackendMessages.WriteErrorResponse(output, error);
            return ErrorFields.Read(output.WrittenSpan[FrameReader.HeaderBytes..]).Fields.SequenceEqual(error.Fields);
        }).CheckHolds();

    [Test, Property("Row", "C03")]
    public void Any_bytes_are_read_and_can_be_written_again() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            var error = ErrorFields.Read(bytes);
            return ErrorFields.Read(Encode(error)).Fields.SequenceEqual(error.Fields);
        }).CheckHolds();

    [Test, Property("Row", "C03")]
    public void A_mutated_error_is_read_all_the_same()
    {
        var mutator = new Mutator(seed: 3);
        var original = Encode(ErrorFields.Fatal(SqlState.AdminShutdown, "bye").WithDetail("détail").WithHint("hint"));
        for (var round = 0; round < 20_000; round++)
        {
            var mutated = mutator.Mutate(original);
            var error = ErrorFields.Read(mutated);
            Assert.That(error.SqlState, Has.Length.EqualTo(5));
            Assert.That(ErrorFields.PeekSqlState(mutated).Length, Is.LessThanOrEqualTo(mutated.Length));
        }
    }

    [Test, Property("Row", "C02")]
    public void A_huge_error_is_cut()
    {
        byte[] body = [(byte)'M', .. Enumerable.Repeat((byte)'x', 16 * 1024 * 1024)];
        Assert.That(ErrorFields.Read(body).Message, Has.Length.LessThan(ErrorFields.MaximumBytes));
    }

    [Test, Property("Row", "D03")]
    public void A_zero_ends_a_value()
    {
        var error = ErrorFields.Error(SqlState.SyntaxError, "a\0b");
        Assert.That(error.Message, Is.EqualTo("a"));
        Assert.That(Body(error), Does.EndWith("Ma\0\0"));
    }

    [Test]
    public void A_refusal_becomes_fatal_and_keeps_the_rest()
    {
        var error = Read("SFEHLER\0VERROR\0C3D000\0Mno database\0Hhint\0\0").AsFatal();
        Assert.That(Body(error), Is.EqualTo("SFATAL\0VFATAL\0C3D000\0Mno database\0Hhint\0\0"));
    }

    private static ErrorFields Read(string body) => ErrorFields.Read(Encoding.UTF8.GetBytes(body));

    private static byte[] Encode(ErrorFields error)
    {
        var output = new ArrayBufferWriter<byte>();
        BackendMessages.WriteErrorResponse(output, error);
        return output.WrittenSpan[FrameReader.HeaderBytes..].ToArray();
    }

    private static string Body(ErrorFields error) => Encoding.UTF8.GetString(Encode(error));
}
