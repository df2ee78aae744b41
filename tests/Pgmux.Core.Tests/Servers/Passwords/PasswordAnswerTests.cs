using System.Text;
using Pgmux.Core.Servers.Passwords;

namespace Pgmux.Core.Tests.Servers.Passwords;

/// <summary>What is a password among the things that programs print.</summary>
[TestFixture]
internal sealed class PasswordAnswerTests
{
    [TestCase("secret", "secret")]
    [TestCase("secret\n", "secret")]
    [TestCase("secret\r\n", "secret")]
    [TestCase(" se cret \n", " se cret ")]
    [TestCase("pässwort\n", "pässwort")]
    public void The_end_of_the_line_does_not_count(string printed, string password) => Assert.That(Read(printed).Password, Is.EqualTo(password));

    [TestCase("", 0, "has printed nothing")]
    [TestCase("\n", 0, "has printed nothing")]
    [TestCase("secret\n\n", 0, "has printed more than one line, or a zero byte")]
    [TestCase("sec\0ret", 0, "has printed more than one line, or a zero byte")]
    [TestCase("secret\n", 3, "has ended with exit status 3")]
    public void Anything_else_is_no_password(string printed, int status, string trouble)
    {
        var answer = Read(printed, status);
        Assert.That((answer.Password, answer.Trouble), Is.EqualTo(((string?)null, trouble)));
    }

    [TestCase(0)]
    [TestCase(1)]
    public void What_is_said_stands_on_one_line_and_has_no_password_in_it(int status)
    {
        var answer = Read("secret\n", status, "+ echo secret\nline\u001b[2J two\n");
        Assert.That(answer.Said, Is.EqualTo("+ echo *** line [2J two"));
        Assert.That($"{answer} {answer.Trouble}", Does.Not.Contain("secret"));
    }

    [TestCase("sec")]
    [TestCase("s")]
    [TestCase("sé", 1)]
    public void A_password_that_is_cut_off_is_shown_no_piece_of(string beginning, int lost = 0)
    {
        var bytes = Encoding.UTF8.GetBytes($"secrecy + echo {beginning}");
        var answer = PasswordAnswer.Read(new ProgramOutput
        {
            Printed = Encoding.UTF8.GetBytes(beginning.Contains('é') ? "sécréty" : "secret"),
            Said = Pgmux.Protocol.WireText.Decode(bytes.AsSpan(0, bytes.Length - lost)),
            IsSaidCut = true,
        });
        Assert.That(answer.Said, Is.EqualTo("secrecy + echo ***"));
    }

    [TestCase(0)]
    [TestCase(1)]
    public void What_is_said_beside_several_lines_is_not_shown(int status)
    {
        var answer = Read("user\nsecret\n", status, "+ echo secret\n");
        Assert.That((answer.Password, answer.Said), Is.EqualTo(((string?)null, "")));
        Assert.That(answer.Trouble, Does.Not.Contain("secret"));
    }

    private static PasswordAnswer Read(string printed, int status = 0, string said = "") =>
        PasswordAnswer.Read(new ProgramOutput { Printed = Encoding.UTF8.GetBytes(printed), ExitCode = status, Said = said });
}
