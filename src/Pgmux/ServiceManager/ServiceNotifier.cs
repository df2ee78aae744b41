using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Pgmux.ServiceManager;

/// <summary>
/// Tells systemd how the process is: sd_notify(3), for units of Type=notify and Type=notify-reload. Says nothing when no service manager
/// asks for it.
/// </summary>
internal sealed class ServiceNotifier
{
    private readonly UnixDomainSocketEndPoint? _manager;

    /// <param name="socketPath">NOTIFY_SOCKET: a path, or an abstract name behind an @; null or empty is nobody.</param>
    public ServiceNotifier(string? socketPath)
    {
        if (!string.IsNullOrEmpty(socketPath))
        {
            _manager = new UnixDomainSocketEndPoint(socketPath[0] == '@' ? '\0' + socketPath[1..] : socketPath);
        }
    }

    /// <summary>Clients are served from now on, or again.</summary>
    public void Ready() => Send("READY=1");

    /// <summary>The configuration is being read again; <see cref="Ready"/> follows.</summary>
    public void Reloading()
    {
        // The kernel's CLOCK_MONOTONIC, which the runtime's time stamps are taken from.
        var microseconds = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={microseconds}"));
    }

    /// <summary>Another process is the service from now on.</summary>
    public void MainProcess(int processId) => Send(string.Create(CultureInfo.InvariantCulture, $"MAINPID={processId}"));

    /// <summary>The process has begun to stop.</summary>
    public void Stopping() => Send("STOPPING=1");

    private void Send(string state)
    {
        if (_manager is null)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.ASCII.GetBytes(state), _manager);
        }
        catch (SocketException)
        {
            // A manager that does not listen cannot be told so; it sees the process itself.
        }
    }
}
