namespace Pgmux.Core.Servers.Passwords;

/// <summary>What is known of one password. Guarded by the lock of <see cref="PasswordCommands"/>.</summary>
internal sealed class PasswordEntry
{
    /// <summary>The password; null when none is known, or the last run has printed none.</summary>
    public PasswordAnswer? Known { get; set; }

    /// <summary>The run that all wait for; null when there is none.</summary>
    public TaskCompletionSource<PasswordAnswer>? Run { get; set; }

    /// <summary>When the last run began, in ticks of the loops' clock; null when there was none.</summary>
    public long? StartedAt { get; set; }
}
