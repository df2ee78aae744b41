using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>Opens connections within their limit.</summary>
internal sealed class Connector(SocketLoop loop)
{
    // Linux gives up after about two minutes (tcp_syn_retries).
    private static readonly TimeSpan LongerThanTheKernelTries = TimeSpan.FromHours(1);

    public async Task<TransportConnection> ConnectAsync(ConnectOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var attempt = new ConnectAttempt(loop, options.EndPoint, options.Tuning);
        var error = await attempt.RunAsync(options.Timeout > TimeSpan.Zero ? options.Timeout : LongerThanTheKernelTries, cancellationToken);
        if (error == Errno.None && cancellationToken.IsCancellationRequested)
        {
            attempt.Connection!.Abort();
        }

        cancellationToken.ThrowIfCancellationRequested();
        return error == Errno.None
            ? attempt.Connection!
            : throw new ConnectException(ReasonOf(error), $"Cannot connect to {options.EndPoint}: {error.Describe()}") { Detail = $"{options.EndPoint}: {error.Describe()}" };
    }

    private static ConnectFailure ReasonOf(Errno error) => error switch
    {
        Errno.ConnectionRefused => ConnectFailure.Refused,
        Errno.TimedOut => ConnectFailure.TimedOut,
        Errno.AddressNotAvailable => ConnectFailure.OutOfResources,
        _ when error.IsExhaustion() => ConnectFailure.OutOfResources,
        _ => ConnectFailure.Unreachable,
    };
}
