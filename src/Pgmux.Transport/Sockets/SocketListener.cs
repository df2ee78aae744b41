using System.Net;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>A listening socket of a loop.</summary>
internal sealed class SocketListener : TransportListener, IPollTarget
{
    // A flood of connections must not keep the loop from those it has.
    private const int MostAcceptsPerRound = 64;

    // 4,096 connections: the longest backlog that Linux has by default (net.core.somaxconn).
    private const int MostRoundsAtClose = 64;

    private readonly SocketLoop _loop;
    private readonly ListeningSocket _listening;
    private readonly SocketTuning _tuning;
    private readonly SocketAcceptor _acceptor;
    private readonly Action<TransportConnection> _accepted;
    private readonly EndPoint? _localOfAccepted;
    private AcceptBackoff _backoff;
    private Deadline? _pause;
    private ListenerState _state;
    private DescriptorWatch? _watch;
    private volatile bool _isLeft;

    public SocketListener(SocketLoop loop, ListenOptions options, SocketAcceptor acceptor, Action<TransportConnection> accepted)
    {
        _loop = loop;
        _tuning = options.Tuning;
        _acceptor = acceptor;
        _accepted = accepted;
        _listening = ListeningSocket.Open(options);
        _localOfAccepted = IsWildcard(_listening.EndPoint) ? null : _listening.EndPoint;
    }

    public override EndPoint EndPoint => _listening.EndPoint;

    public override int Descriptor => _state == ListenerState.Closed ? -1 : _listening.Descriptor;

    /// <summary>Starts accepting; on the loop.</summary>
    public void Start()
    {
        if (_state is ListenerState.Closed or ListenerState.Held)
        {
            return;
        }

        _watch = _loop.TryWatch(_listening.Descriptor, PollEvents.In, this);
        if (_watch is null)
        {
            Pause(ErrnoExtensions.Last(), static state => ((SocketListener)state!).Start());
        }
        else
        {
            _state = ListenerState.Accepting;
        }
    }

    public void OnEvents(PollEvents events)
    {
        if (_state == ListenerState.Accepting)
        {
            Accept();
        }
    }

    public void OnLoopEnd() => CloseDescriptor();

    public override void Hold() => RunOnLoop(static state => ((SocketListener)state!).HoldHere());

    public override void Release() => RunOnLoop(static state => ((SocketListener)state!).ReleaseHere());

    public override bool OwnsFile => _listening.File is not null;

    public override void Leave()
    {
        _isLeft = true;
        RunOnLoop(static state => ((SocketListener)state!).CloseDescriptor());
    }

    /// <summary>May be called on any thread; the file of a Unix socket is gone when it returns.</summary>
    public override void Dispose()
    {
        RemoveFile();
        RunOnLoop(static state => ((SocketListener)state!).Close());
    }

    private void RunOnLoop(Action<object?> action)
    {
        if (_loop.IsCurrent)
        {
            action(this);
        }
        else
        {
            _loop.Post(action, this);
        }
    }

    private void HoldHere()
    {
        if (_state != ListenerState.Closed)
        {
            _pause?.Cancel();
            _state = ListenerState.Held;
        }
    }

    private void ReleaseHere()
    {
        if (_state != ListenerState.Held)
        {
            return;
        }

        _state = ListenerState.Accepting;
        if (_watch is null)
        {
            Start();
        }
        else
        {
            // Nobody tells again of those that came meanwhile.
            Accept();
        }
    }

    // Edge-triggered: the backlog must be emptied, or nobody tells of what is left in it.
    private void Accept()
    {
        if (TryAcceptRound())
        {
            _loop.Post(static state => ((SocketListener)state!).OnEvents(PollEvents.In), this);
        }
    }

    // Whether there may be more to accept at once.
    private bool TryAcceptRound()
    {
        Span<byte> address = stackalloc byte[SocketCalls.AddressBytes];
        for (var count = 0; count < MostAcceptsPerRound; count++)
        {
            var error = _acceptor.Accept(_listening.Descriptor, address, out var socket, out var length);
            switch (error)
            {
                case Errno.None:
                    _backoff.Succeed();
                    Hand(socket, NativeAddress.Read(address[..length]));
                    break;
                case Errno.TryAgain:
                    return false;
                default:
                    if (error.IsExhaustion())
                    {
                        Pause(error, static state => ((SocketListener)state!).Resume());
                        return false;
                    }

                    // The error of a connection that is gone already, or a firewall's no (accept(2)): the next one may do.
                    break;
            }

            if (_state != ListenerState.Accepting)
            {
                return false;
            }
        }

        return true;
    }

    private void Hand(int socket, EndPoint remote)
    {
        var connection = _loop.CreateConnection(socket, remote, _localOfAccepted, _tuning);
        if (!connection.TryAttach())
        {
            TransportLog.AcceptedConnectionLost(_loop.Logger, EndPoint, ErrnoExtensions.Last().Describe());
            connection.Abort();
            return;
        }

        try
        {
            _accepted(connection);
        }
        catch (Exception exception)
        {
            connection.Abort();
            _loop.Core.Report(exception);
        }
    }

    private void Pause(Errno error, Action<object?> retry)
    {
        var delay = _backoff.Fail();
        _state = ListenerState.Paused;
        _pause = _loop.Core.AddDeadline(delay, retry, this);
        TransportLog.AcceptPaused(_loop.Logger, EndPoint, error.Describe(), (int)delay.TotalMilliseconds);
    }

    private void Resume()
    {
        if (_state == ListenerState.Paused)
        {
            _state = ListenerState.Accepting;
            Accept();
        }
    }

    // Who has connected already is taken in: the kernel would reset what is left in the backlog.
    private void Close()
    {
        for (var round = 0; round < MostRoundsAtClose && _state == ListenerState.Accepting && _watch is not null; round++)
        {
            if (!TryAcceptRound())
            {
                break;
            }
        }

        CloseDescriptor();
    }

    private void CloseDescriptor()
    {
        if (_state == ListenerState.Closed)
        {
            return;
        }

        _state = ListenerState.Closed;
        _pause?.Cancel();
        RemoveFile();
        if (_watch is not null)
        {
            _watch.Close();
        }
        else
        {
            _ = SocketCalls.Close(_listening.Descriptor);
        }
    }

    private void RemoveFile()
    {
        if (!_isLeft)
        {
            _listening.File?.Remove();
        }
    }

    private static bool IsWildcard(EndPoint endPoint) =>
        endPoint is IPEndPoint ip && (ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any));
}
