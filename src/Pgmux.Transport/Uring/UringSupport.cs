using Pgmux.Transport.Buffers;

namespace Pgmux.Transport.Uring;

/// <summary>Finds out whether io_uring may be used here.</summary>
public static class UringSupport
{
    /// <summary>Why there is no io_uring for this process; null when there is.</summary>
    public static string? FindObstacle()
    {
        using var ring = Ring.TryCreate(out var error);
        if (ring is null)
        {
            return new UringUnavailableException(error).Message;
        }

        // The rings of buffers are younger than the rest; kernels that were built without them are told apart here.
        using var buffers = ReceiveBuffers.TryRegister(ring, new BufferPool(), BufferGroup.Short, out error);
        return buffers is null ? new UringUnavailableException(error).Message : null;
    }
}
