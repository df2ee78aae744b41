using Pgmux.Core.Configuration;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Servers;

/// <summary>
/// From nothing to a server's first ReadyForQuery: connects, agrees on TLS, logs in. Where server_tls_sslmode allows both, a server that does
/// not take the first way is tried once the other way, over a new connection: allow begins in clear, prefer with TLS. All of it together is
/// limited by server_connect_timeout, as every login.
/// </summary>
internal sealed class ServerEntry(
    ServerConnection server, EventLoop home, ServerParameters parameters, ServerEnvironment environment, CancellationToken connecting)
{
    private readonly ServerTls _tls = server.Target.Tls;
    private bool _encrypts;
    private bool _mayChange;
    private ErrorFields? _firstRefusal;

    /// <summary>Enters the server. When that fails the server is closed, and has been told why.</summary>
    /// <returns>The connection; when the server is closed, whichever was used last.</returns>
    /// <exception cref="ConnectException">No connection could be opened.</exception>
    /// <exception cref="OperationCanceledException">The server was closed meanwhile.</exception>
    /// <exception cref="ProtocolViolationException">The server does not speak the protocol.</exception>
    public async ValueTask<TransportConnection> RunAsync()
    {
        var mode = ServerTarget.MayBeEncrypted(server.EndPoint) ? _tls.Options.Mode : TlsMode.Disable;
        _encrypts = mode >= TlsMode.Prefer;
        _mayChange = mode is TlsMode.Allow or TlsMode.Prefer;
        while (true)
        {
            var transport = await ConnectAsync();
            if (_encrypts)
            {
                var result = await new ServerEncryption(_tls, server.EndPoint).RunAsync(transport);
                RequireOpen(result.Encrypted);
                switch (result.Outcome)
                {
                    case ServerEncryptionOutcome.Encrypted:
                        transport = result.Encrypted!;
                        server.OnEncrypted(transport);
                        break;
                    case ServerEncryptionOutcome.Refused when _mayChange:
                        _mayChange = false;
                        break;
                    case ServerEncryptionOutcome.Failed when _mayChange:
                        GiveUp(transport, result.Problem);
                        continue;
                    default:
                        Close(result);
                        return transport;
                }
            }

            if (await LogInAsync(transport))
            {
                return transport;
            }
        }
    }

    private async ValueTask<TransportConnection> ConnectAsync()
    {
        var transport = await home.ConnectAsync(server.Target.Connect with { EndPoint = server.EndPoint }, connecting);
        RequireOpen(transport);
        server.OnConnected(transport);
        return transport;
    }

    /// <summary>Logs in; false when that is to be tried the other way.</summary>
    private async ValueTask<bool> LogInAsync(TransportConnection transport)
    {
        var login = new ServerLogin(server, transport, parameters, environment.Authentication.Keys);
        var refusal = await login.RunAsync();
        if (server.State == ServerState.Closed)
        {
            return true;
        }

        if (refusal is null)
        {
            server.OnLoginCompleted(login);
            return true;
        }

        // What pg_hba.conf refuses because of encryption, or of none, has this code. libpq tries again after every error, a wrong password
        // included; a pooler would double the load on a server that is full, and show a password twice.
        if (_mayChange && login.IsRefusedUnasked && refusal.SqlState == SqlState.InvalidAuthorizationSpecification)
        {
            _firstRefusal = refusal;
            GiveUp(transport, refusal.Message);
            return false;
        }

        server.Close(ServerCloseReason.LoginFailed, refusal);
        return true;
    }

    private void GiveUp(TransportConnection transport, string problem)
    {
        ServersLog.TriedOtherWay(environment.Logger, server.LogName, _encrypts ? "without TLS" : "with TLS", problem);
        server.OnGivenUp(transport);
        _encrypts = !_encrypts;
        _mayChange = false;
    }

    private void Close(ServerEncryptionResult result)
    {
        switch (result.Outcome)
        {
            case ServerEncryptionOutcome.Ended:
                server.Close(ServerCloseReason.LoginFailed, ErrorFields.Fatal(SqlState.ConnectionFailure, result.Problem));
                break;

            // In clear the server has said why it does not let us in; that it has no TLS either explains less.
            case ServerEncryptionOutcome.Refused when _firstRefusal is not null:
                server.Close(ServerCloseReason.LoginFailed, _firstRefusal);
                break;

            // Waiting does not help: who waits is told at once.
            case ServerEncryptionOutcome.Refused or ServerEncryptionOutcome.Untrusted:
                server.Close(ServerCloseReason.TlsFailed, ErrorFields.Fatal(SqlState.UnableToEstablishConnection, result.Problem));
                break;
            default:
                server.Close(ServerCloseReason.TlsFailed, ErrorFields.Fatal(SqlState.ConnectionFailure, result.Problem));
                break;
        }
    }

    private void RequireOpen(TransportConnection? transport)
    {
        if (server.State == ServerState.Closed)
        {
            transport?.Abort();
            throw new OperationCanceledException(connecting);
        }
    }
}
