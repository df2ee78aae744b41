namespace Pgmux.Core.Servers.Hosts;

/// <summary>A zone for the console.</summary>
/// <param name="Zone">Its name.</param>
/// <param name="Serial">Serial number of its SOA record; 0 when it is not known.</param>
/// <param name="Hosts">Hosts in it that are kept.</param>
internal sealed record ZoneRow(string Zone, uint Serial, int Hosts);
