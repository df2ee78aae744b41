using Pgmux.Core.Clients;

namespace Pgmux.Core.Handover;

/// <summary>A client that is not read until its last reply has left.</summary>
/// <param name="Client">The client.</param>
/// <param name="Turns">Turns of the loop in which it is still looked at; after them the sweep decides.</param>
internal readonly record struct HeldClient(ClientConnection Client, int Turns);
