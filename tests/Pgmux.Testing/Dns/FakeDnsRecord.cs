namespace Pgmux.Testing.Dns;

/// <summary>A record of a <see cref="FakeDnsServer"/>.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Value">An address, a name, or a serial number.</param>
/// <param name="TimeToLive">Seconds.</param>
internal sealed record FakeDnsRecord(FakeDnsType Type, string Value, uint TimeToLive);
