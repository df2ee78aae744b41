using System.Runtime.InteropServices;
using System.Text;
using Pgmux.Transport.Native;
using Pgmux.Transport.Pam;

namespace Pgmux.Transport.Tests.Pam;

/// <summary>What modules are told when they ask, as they would ask: through pointers.</summary>
public sealed unsafe class PamConversationTests
{
    private const int AsksWithEcho = 2;
    private const int SaysAnError = 3;
    private const int SaysSomething = 4;

    [Test]
    public void Whoever_asks_for_a_secret_gets_the_password_and_nobody_else_an_answer() => Assert.That(
        Ask([SaysSomething, PamMessage.AsksForSecret, AsksWithEcho, SaysAnError, PamMessage.AsksForSecret]),
        Is.EqualTo(new[] { null, "pässword", null, null, "pässword" }));

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(PamCalls.MostMessages + 1)]
    public void A_number_of_messages_that_PAM_does_not_have_ends_the_conversation(int count) =>
        Assert.That(Ask(Enumerable.Repeat(PamMessage.AsksForSecret, Math.Max(count, 1)).ToArray(), count), Is.Null);

    [TestCase(7, false)]
    [TestCase(10, false)]
    [TestCase(13, false)]
    [TestCase(4, false)]
    [TestCase(9, true)]
    [TestCase(26, true)]
    public void What_no_module_has_judged_is_told_apart(int status, bool isBroken) => Assert.That(PamCalls.IsBroken(status), Is.EqualTo(isBroken));

    // The answers; null when the conversation has ended instead.
    private static string?[]? Ask(int[] styles, int? count = null)
    {
        var text = stackalloc byte[] { (byte)'?', 0 };
        var asked = stackalloc PamMessage[styles.Length];
        var pointers = stackalloc PamMessage*[styles.Length];
        for (var i = 0; i < styles.Length; i++)
        {
            asked[i] = new PamMessage { Style = styles[i], Text = text };
            pointers[i] = &asked[i];
        }

        PamResponse* answers = null;
        delegate* unmanaged<int, PamMessage**, PamResponse**, void*, int> answer = &PamService.Answer;
        fixed (byte* password = Encoding.UTF8.GetBytes("pässword\0"))
        {
            if (answer(count ?? styles.Length, pointers, &answers, password) != PamCalls.Success)
            {
                return answers == null ? null : throw new InvalidOperationException("answers to a conversation that has ended");
            }
        }

        var told = new string?[styles.Length];
        for (var i = 0; i < styles.Length; i++)
        {
            told[i] = Marshal.PtrToStringUTF8((nint)answers[i].Text);
            NativeMemory.Free(answers[i].Text);
        }

        NativeMemory.Free(answers);
        return told;
    }
}
