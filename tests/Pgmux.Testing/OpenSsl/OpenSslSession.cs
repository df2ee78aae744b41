namespace Pgmux.Testing.OpenSsl;

/// <summary>What a client keeps of a session to go on with it later.</summary>
internal sealed class OpenSslSession(nint handle) : IDisposable
{
    public nint Handle { get; private set; } = handle;

    /// <summary>How many bytes the server would take before the handshake is over (0-RTT), which an attacker can send again.</summary>
    public uint MostEarlyDataBytes => OpenSslMethods.GetMostEarlyData(Handle);

    public void Dispose()
    {
        OpenSslMethods.FreeSession(Handle);
        Handle = 0;
    }
}
