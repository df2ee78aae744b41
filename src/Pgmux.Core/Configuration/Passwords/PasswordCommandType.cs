namespace Pgmux.Core.Configuration.Passwords;

/// <summary>A command that prints a password; empty is none.</summary>
internal sealed class PasswordCommandType : SettingType<PasswordCommand?>
{
    /// <inheritdoc/>
    public override bool TryParse(string text, out PasswordCommand? value, out string problem)
    {
        value = null;
        problem = "";
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        if (CommandWords.Split(text) is not { } words)
        {
            problem = "has a quote that is not closed; within quotes the quote itself is written twice";
            return false;
        }

        // Looked for nowhere else: what is found in the working directory or in PATH may be somebody else's.
        if (!words[0].StartsWith('/'))
        {
            problem = "must begin with the whole path of a program, such as /usr/bin/aws";
            return false;
        }

        if (PasswordCommand.FindUnknown(words) is { } unknown)
        {
            problem = $"must not have {unknown}; %h is the host, %p the port, %u the user, %d the database, %% a percent sign";
            return false;
        }

        value = new PasswordCommand(text);
        return true;
    }

    /// <inheritdoc/>
    public override string? Print(PasswordCommand? value) => value?.Text;
}
