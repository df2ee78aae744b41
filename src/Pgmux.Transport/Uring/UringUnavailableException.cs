using Pgmux.Transport.Native;

namespace Pgmux.Transport.Uring;

/// <summary>There is no io_uring for this process; the message says why, and what would change that.</summary>
public sealed class UringUnavailableException : Exception
{
    internal UringUnavailableException(Errno error)
        : base(Describe(error))
    {
    }

    private static string Describe(Errno error) => error switch
    {
        Errno.NoSystemCall => "this kernel has no io_uring (it takes Linux 6.1 or later), or a seccomp profile hides it",
        Errno.NotPermitted or Errno.AccessDenied =>
            "io_uring is forbidden here, by kernel.io_uring_disabled or by the container's seccomp profile",
        Errno.InvalidArgument => "this kernel's io_uring is too old: it takes Linux 6.1 or later",
        Errno.OutOfMemory => "there is not enough memory for an io_uring (on old kernels: raise the limit of locked memory)",
        _ => $"io_uring cannot be set up: {error.Describe()}",
    };
}
