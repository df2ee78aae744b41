using System.Net;

namespace Pgmux.Core.Hosting.Restart;

/// <summary>A listening socket of the old process.</summary>
/// <param name="Descriptor">The socket, here.</param>
/// <param name="EndPoint">Where it listens.</param>
/// <param name="IsOwn">Whether the old process had opened it by its settings.</param>
/// <param name="OwnsFile">Whether its file is to be removed with it.</param>
internal sealed record TakenListener(int Descriptor, EndPoint EndPoint, bool IsOwn, bool OwnsFile);
