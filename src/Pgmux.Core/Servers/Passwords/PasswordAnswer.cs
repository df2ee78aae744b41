using System.Text;
using Pgmux.Protocol;

namespace Pgmux.Core.Servers.Passwords;

/// <summary>What a run of password_command has given. Shows no password when it is printed.</summary>
internal sealed class PasswordAnswer
{
    private const string Hidden = "***";

    private PasswordAnswer(string? password, string? trouble, string said)
    {
        Password = password;
        Trouble = trouble;
        Said = said;
    }

    /// <summary>The password; null when there is none.</summary>
    public string? Password { get; }

    /// <summary>Why there is none, for the log; null when there is one.</summary>
    public string? Trouble { get; }

    /// <summary>What the program has said on stderr, on one line and without the password.</summary>
    public string Said { get; }

    /// <summary>No password, for this reason.</summary>
    public static PasswordAnswer None(string trouble) => new(null, trouble, "");

    /// <summary>Reads what a program has printed: one line, whose end does not count.</summary>
    public static PasswordAnswer Read(ProgramOutput output)
    {
        var printed = output.Printed.AsSpan();
        if (printed.EndsWith("\n"u8))
        {
            printed = printed[..^1];
            printed = printed.EndsWith("\r"u8) ? printed[..^1] : printed;
        }

        var text = WireText.Decode(printed);

        // Of several lines each may be a secret, and what is no password cannot be told from what is one.
        var said = printed.Contains((byte)'\n') ? "" : OnOneLine(output, text);
        var trouble = output.Problem
            ?? (output.ExitCode != 0 ? $"has ended with exit status {output.ExitCode}"
                : printed.IsEmpty ? "has printed nothing"
                : printed.ContainsAny((byte)'\n', (byte)0) ? "has printed more than one line, or a zero byte"
                : null);
        return trouble is null
            ? new PasswordAnswer(text, null, said)
            : new PasswordAnswer(null, said.Length == 0 ? trouble : $"{trouble} and said: {said}", said);
    }

    /// <summary>Whether both have given the same password.</summary>
    public bool IsSameAs(PasswordAnswer other) =>
        Password is not null && other.Password is not null
        && SecretComparison.AreEqual(WireText.Encode(Password), WireText.Encode(other.Password));

    /// <summary>Says whether there is one without showing it.</summary>
    public override string ToString() => Trouble ?? "a password";

    // Programs that trace themselves show what they print, as sh -x does.
    private static string OnOneLine(ProgramOutput output, string password)
    {
        var clean = password.Length == 0 ? output.Said : output.Said.Replace(password, Hidden, StringComparison.Ordinal);
        clean = output.IsSaidCut ? WithoutBeginning(clean, password) : clean;
        var line = new StringBuilder();
        foreach (var letter in clean.Trim())
        {
            line.Append(char.IsControl(letter) ? ' ' : letter);
        }

        return line.ToString();
    }

    // The cut may go through the password, and through one of its letters.
    private static string WithoutBeginning(string said, string password)
    {
        var end = said.AsSpan();
        while (end.Length > 0 && char.IsSurrogate(end[^1]))
        {
            end = end[..^1];
        }

        for (var length = Math.Min(password.Length, end.Length); length > 0; length--)
        {
            if (end.EndsWith(password.AsSpan(0, length), StringComparison.Ordinal))
            {
                return $"{end[..^length]}{Hidden}";
            }
        }

        return end.ToString();
    }
}
