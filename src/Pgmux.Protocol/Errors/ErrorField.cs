namespace Pgmux.Protocol;

/// <summary>A field of ErrorResponse or NoticeResponse. Codes that the manual does not know are kept as they are.</summary>
/// <param name="Code">What the field is.</param>
/// <param name="Value">Its text.</param>
public readonly record struct ErrorField(ErrorFieldCode Code, string Value);
