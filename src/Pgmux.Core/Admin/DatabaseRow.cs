using Pgmux.Core.Configuration;

namespace Pgmux.Core.Admin;

/// <summary>A row of SHOW DATABASES.</summary>
/// <param name="Database">The entry of [databases], or what the fallback made for a client.</param>
/// <param name="CurrentConnections">Servers that it holds.</param>
/// <param name="CurrentClientConnections">Clients that are connected to it.</param>
/// <param name="IsPaused">PAUSE.</param>
/// <param name="IsDisabled">DISABLE.</param>
internal sealed record DatabaseRow(
    DatabaseOptions Database,
    int CurrentConnections,
    int CurrentClientConnections,
    bool IsPaused = false,
    bool IsDisabled = false);
