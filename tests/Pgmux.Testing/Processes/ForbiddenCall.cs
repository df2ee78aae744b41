using System.Globalization;

namespace Pgmux.Testing.Processes;

/// <summary>Starts a program under a seccomp filter that refuses one system call, as the profiles of container engines do.</summary>
internal static class ForbiddenCall
{
    /// <summary>io_uring_setup, the same number on x64 and arm64.</summary>
    private const int UringSetup = 425;

    /// <summary>EPERM, from a profile that forbids the call.</summary>
    public const int NotPermitted = 1;

    /// <summary>ENOSYS, from a kernel that has no such call.</summary>
    public const int NoSystemCall = 38;

    // A classic BPF program: load the number of the call, compare, answer with the error or allow. PR_SET_NO_NEW_PRIVS is 38,
    // PR_SET_SECCOMP 22, SECCOMP_MODE_FILTER 2.
    private const string Script = """
        import ctypes, os, struct, sys
        call, error = int(sys.argv[1]), int(sys.argv[2])
        code = [(0x20, 0, 0, 0), (0x15, 0, 1, call), (0x06, 0, 0, 0x00050000 | error), (0x06, 0, 0, 0x7fff0000)]
        filter = ctypes.create_string_buffer(b''.join(struct.pack('<HBBI', *line) for line in code))
        program = struct.pack('<HxxxxxxQ', len(code), ctypes.addressof(filter))
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.c_char_p(program), 0, 0):
            sys.exit('no seccomp filter: errno %d' % ctypes.get_errno())
        os.execvp(sys.argv[3], sys.argv[3:])
        """;

    /// <summary>The program sees no io_uring: setting one up ends with this error number.</summary>
    public static PgmuxLaunch Uring(int error) => new()
    {
        Before = [Environment.GetEnvironmentVariable("PGMUX_PYTHON") ?? "/usr/bin/python3", "-c", Script,
            UringSetup.ToString(CultureInfo.InvariantCulture), error.ToString(CultureInfo.InvariantCulture)],
    };
}
