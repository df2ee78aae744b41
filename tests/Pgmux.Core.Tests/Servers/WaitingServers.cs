using Pgmux.Testing.Mux;

namespace Pgmux.Core.Tests.Servers;

/// <summary>Servers whose statement is WAIT.</summary>
internal static class WaitingServers
{
    /// <summary>Lets all of them go on, those that begin to wait meanwhile too: whoever has closed while its query runs is still given the reply.</summary>
    public static void ReleaseWaiting(this TestMux mux)
    {
        while (mux.Postgres.Open.FirstOrDefault(server => server.IsWaiting) is { } server)
        {
            server.Release();
        }
    }
}
