namespace Pgmux.Core.Configuration;

/// <summary>What came of a SET.</summary>
internal sealed record SettingChange
{
    /// <summary>The value is in use.</summary>
    public static readonly SettingChange Taken = new();

    /// <summary>The setting needs a restart: the running value stays. PgBouncer counts that as no error.</summary>
    public static readonly SettingChange KeptUntilRestart = new() { IsKept = true };

    /// <summary>Whether the running value stays because the setting needs a restart.</summary>
    public bool IsKept { get; private init; }

    /// <summary>
    /// Whether the value is kept for the next SET of a TLS setting, and what was in use before stays in use. PgBouncer counts that as no error.
    /// </summary>
    public bool IsUnapplied { get; private init; }

    /// <summary>What is wrong with the name, the value, or the configuration with it; nothing that is in use has changed then.</summary>
    public IReadOnlyList<ConfigFault> Faults { get; private init; } = [];

    /// <summary>What is in use stays so, because of this.</summary>
    public static SettingChange KeepInUse(IReadOnlyList<ConfigFault> faults) => new() { IsUnapplied = true, Faults = faults };

    /// <summary>The value is not taken.</summary>
    public static SettingChange Refuse(params ConfigFault[] faults) => new() { Faults = faults };
}
