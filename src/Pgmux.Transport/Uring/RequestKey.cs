namespace Pgmux.Transport.Uring;

/// <summary>
/// The user data of a request: operation, and place and generation of its target in the loop's table, so that what completes for a target
/// that has gone finds nobody.
/// </summary>
internal static class RequestKey
{
    /// <summary>Nobody wants to know how the request ends.</summary>
    public const ulong Nobody = ulong.MaxValue;

    /// <summary>The eventfd that ends the loop's sleep.</summary>
    public const ulong WakeUp = ulong.MaxValue - 1;

    // Targets of one loop are far less than 2^28: descriptors are fewer.
    private const int OperationShift = 28;
    private const ulong OperationMask = 0xFul << OperationShift;

    public static ulong Of(ulong target, RingOperation operation) => target | ((ulong)operation << OperationShift);

    public static ulong TargetOf(ulong key) => key & ~OperationMask;

    public static RingOperation OperationOf(ulong key) => (RingOperation)((key & OperationMask) >> OperationShift);
}
