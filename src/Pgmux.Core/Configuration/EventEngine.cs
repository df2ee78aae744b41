namespace Pgmux.Core.Configuration;

/// <summary>Which kernel interface the event loops use.</summary>
internal enum EventEngine
{
    /// <summary>The fastest that this kernel and its seccomp profile allow.</summary>
    Auto,

    /// <summary>io_uring, or no start where it is not to be had.</summary>
    IoUring,

    /// <summary>epoll.</summary>
    Epoll,
}
