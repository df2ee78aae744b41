using System.Net;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>Words for a listen that failed: the address, the reason and what to do.</summary>
internal static class ListenFault
{
    public static ListenException Create(EndPoint endPoint, Errno error)
    {
        var advice = error switch
        {
            Errno.AddressInUse => "another process listens there; stop it or choose another address",
            Errno.AddressNotAvailable => "no interface of this machine has that address; correct listen_addr",
            Errno.AccessDenied or Errno.NotPermitted =>
                "this user may not use it; choose a port from 1024 up or a directory this user may write to",
            Errno.NoEntry => "the directory does not exist; create it or correct unix_socket_dir",
            _ when error.IsExhaustion() => "the system has run out of descriptors or memory; raise the limit",
            _ => "correct the address",
        };
        return new ListenException($"Cannot listen on {endPoint}: {error.Describe()}; {advice}");
    }
}
