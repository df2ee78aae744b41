namespace Pgmux.Testing.Transport;

/// <summary>Something that is on its way in one direction of a link.</summary>
/// <param name="Due">Timestamp of its arrival.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">How many bytes, when it is bytes.</param>
internal readonly record struct Flight(long Due, FlightKind Kind, int Bytes);
