using System.Text.Json.Serialization;

namespace Pgmux.Core.Handover;

/// <summary>A run-time parameter of a client under way.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">What it is; null is the server's default.</param>
/// <param name="StartupValue">What the client asked for at its login, where RESET goes back to; null is nothing.</param>
internal sealed record ParkedParameter(
    string Name,
    [property: JsonConverter(typeof(WireTextConverter))] string? Value,
    [property: JsonConverter(typeof(WireTextConverter))] string? StartupValue);
