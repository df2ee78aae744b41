using System.Net;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>A host for the console.</summary>
/// <param name="Host">Its name.</param>
/// <param name="TimeToLive">How long its answer is still good; never below zero.</param>
/// <param name="Addresses">Its addresses.</param>
internal sealed record HostRow(string Host, TimeSpan TimeToLive, IReadOnlyList<IPAddress> Addresses);
