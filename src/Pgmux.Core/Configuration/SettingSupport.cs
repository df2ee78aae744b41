namespace Pgmux.Core.Configuration;

/// <summary>What pgmux makes of a setting that PgBouncer knows.</summary>
internal enum SettingSupport
{
    /// <summary>Does what PgBouncer's manual says.</summary>
    Honoured,

    /// <summary>Any valid value is accepted; it tunes a part of PgBouncer that has no counterpart here.</summary>
    WithoutEffect,
}
