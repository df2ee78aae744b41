namespace Pgmux.Transport.Native;

/// <summary>Error numbers of Linux (asm-generic/errno.h) that are told apart here; the same on x64 and arm64.</summary>
internal enum Errno
{
    None = 0,
    NotPermitted = 1,
    NoEntry = 2,
    Interrupted = 4,
    BadDescriptor = 9,
    TryAgain = 11,
    OutOfMemory = 12,
    AccessDenied = 13,
    Busy = 16,
    InvalidArgument = 22,
    TableOverflow = 23,
    TooManyFiles = 24,
    OutOfRange = 34,
    NoSystemCall = 38,
    TimerExpired = 62,
    AddressInUse = 98,
    AddressNotAvailable = 99,
    NetworkUnreachable = 101,
    ConnectionReset = 104,
    NoBufferSpace = 105,
    TimedOut = 110,
    ConnectionRefused = 111,
    HostUnreachable = 113,
    InProgress = 115,
    Cancelled = 125,
}
