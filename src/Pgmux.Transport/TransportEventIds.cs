namespace Pgmux.Transport;

/// <summary>Numbers of the log events of this assembly, 1000 to 1099. Never reused.</summary>
internal static class TransportEventIds
{
    public const int AcceptPaused = 1000;
    public const int LoopWorkFailed = 1001;
    public const int AcceptedConnectionLost = 1002;
}
