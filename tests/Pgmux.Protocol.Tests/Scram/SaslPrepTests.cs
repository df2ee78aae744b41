using System.Text;

namespace Pgmux.Protocol.Tests;

public sealed class SaslPrepTests
{
    [TestCase("user", "user", TestName = "Ascii_stays")]
    [TestCase("I\u00ADX", "IX", TestName = "Soft_hyphen_is_mapped_to_nothing")]
    [TestCase("\u00AA", "a", TestName = "Feminine_ordinal_becomes_a")]
    [TestCase("\u2168", "IX", TestName = "Roman_nine_becomes_two_letters")]
    [TestCase("a\u00A0b", "a b", TestName = "No_break_space_becomes_a_space")]
    [TestCase("a\u200Bb", "a b", TestName = "Zero_width_space_becomes_a_space")]
    [TestCase("e\u0301", "\u00E9", TestName = "Letter_and_accent_are_composed")]
    [TestCase("q\u0307\u0323", "q\u0323\u0307", TestName = "Marks_are_ordered_by_class")]
    [TestCase("s\u0323\u0307", "\u1E69", TestName = "Two_marks_are_composed")]
    [TestCase("\uFB01", "fi", TestName = "Ligature_is_taken_apart")]
    [TestCase("\u1112\u1161\u11AB", "\uD55C", TestName = "Hangul_is_composed")]
    [TestCase("\uD55C\u00AD", "\uD55C", TestName = "Hangul_syllable_survives")]
    [TestCase("\u0958", "\u0915\u093C", TestName = "Composition_exclusions_stay_apart")]
    [TestCase("\uFF21\uFF22", "AB", TestName = "Full_width_letters_become_narrow")]
    [TestCase("\u0627\u0031\u0628", "\u0627\u0031\u0628", TestName = "Right_to_left_with_a_digit_inside_is_allowed")]
    public void Prepared_as_RFC_4013_says(string password, string prepared) =>
        Assert.That(Encoding.UTF8.GetString(SaslPrep.Prepare(Encoding.UTF8.GetBytes(password))), Is.EqualTo(prepared));

    [TestCase("\u00AA\u0007", TestName = "Control_character")]
    [TestCase("\u0627\u0031", TestName = "Right_to_left_that_ends_in_a_digit")]
    [TestCase("\u0627a\u0628", TestName = "Both_directions")]
    [TestCase("\u00AA\u0221", TestName = "Unassigned_in_Unicode_3_2")]
    [TestCase("\u00AA\uE000", TestName = "Private_use")]
    [TestCase("\u00AD", TestName = "Nothing_left_after_mapping")]
    [TestCase("\U0001F600", TestName = "Newer_than_Unicode_3_2")]
    public void Refused_passwords_are_used_as_they_are(string password) =>
        Assert.That(SaslPrep.Prepare(Encoding.UTF8.GetBytes(password)), Is.EqualTo(Encoding.UTF8.GetBytes(password)));

    [TestCaseSource(nameof(PostgreSqlSecrets))]
    public void PostgreSQL_derives_the_same_keys(string password, string secretText)
    {
        var secret = ScramSecret.Parse(secretText);
        var text = WireText.Decode(Convert.FromHexString(password));
        Assert.That(ScramKeys.Derive(text, secret.Salt, secret.Iterations).Match(secret));
    }

    [Test]
    public void Bytes_that_are_no_UTF8_are_used_as_they_are()
    {
        byte[] password = [0xC2, 0xAA, 0xFF, 0x41];
        Assert.That(SaslPrep.Prepare(password), Is.EqualTo(password));
    }

    [Test]
    public void Ascii_control_characters_are_used_as_they_are() =>
        Assert.That(SaslPrep.Prepare("foo\abar"u8), Is.EqualTo("foo\abar"u8.ToArray()));

    private static IEnumerable<TestCaseData> PostgreSqlSecrets() =>
        File.ReadLines(Path.Combine(TestContext.CurrentContext.TestDirectory, "Scram", "postgresql-secrets.txt"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(' '))
            .Select(words => new TestCaseData(words[0], words[1]).SetName($"PostgreSQL_derives_the_same_keys_from_{words[0]}"));
}
