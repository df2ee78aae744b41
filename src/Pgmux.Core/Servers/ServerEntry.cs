using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Core.Servers.Passwords;
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
    private readonly PasswordRequest? _request = server.Credentials.MustShowToken ? null : PasswordRequest.For(server.Target, server.EndPoint);
    private ServerCredentials _credentials = server.Credentials;
    private PasswordAnswer? _password;
    private bool _isRenewed;
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
        if (_request is not null)
        {
            TakePassword(await environment.Passwords.FindAsync(home, _request));
        }

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
                        (_encrypts, _mayChange) = (false, false);
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
        var transport = await environment.Connector.ConnectAsync(home, server.EndPoint, server.Target.Connect, connecting);
        RequireOpen(transport);
        server.OnConnected(transport);
        return transport;
    }

    /// <summary>Logs in; false when that is to be tried the other way.</summary>
    private async ValueTask<bool> LogInAsync(TransportConnection transport)
    {
        var login = new ServerLogin(server, transport, _credentials, parameters, environment.Authentication.Keys);
        var refusal = await login.RunAsync();
        if (server.State == ServerState.Closed)
        {
            return true;
        }

        server.TokenError = login.TokenError;
        if (login.SecretTrouble is { } trouble)
        {
            ServersLog.SecretUnusable(environment.Logger, server.LogName, trouble);
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

        if (_request is not null && !_isRenewed && login.IsRefusedAsked
            && refusal.SqlState is SqlState.InvalidPassword or SqlState.InvalidAuthorizationSpecification)
        {
            return !await RenewAsync(transport, refusal);
        }

        server.Close(ServerCloseReason.LoginFailed, refusal);
        return true;
    }

    // The password may have been changed since it was printed, or be a token whose time is over. Once for each login; true when it is to be
    // tried with another password.
    private async ValueTask<bool> RenewAsync(TransportConnection transport, ErrorFields refusal)
    {
        _isRenewed = true;
        var renewed = await environment.Passwords.RenewAsync(home, _request!, _password!);
        if (server.State == ServerState.Closed)
        {
            return false;
        }

        if (renewed is null)
        {
            server.Close(ServerCloseReason.LoginFailed, refusal);
            return false;
        }

        ServersLog.AskingAgain(environment.Logger, server.LogName, refusal.Message);
        server.OnGivenUp(transport);
        TakePassword(renewed);
        return true;
    }

    private void TakePassword(PasswordAnswer answer)
    {
        RequireOpen(null);
        _password = answer;
        if (answer.Password is null)
        {
            // The log has said why, with all that clients need not know.
            server.Close(
                ServerCloseReason.LoginFailed, ErrorFields.Fatal(SqlState.InvalidPassword, "server login failed: password_command has printed no password"));
            RequireOpen(null);
        }

        _credentials = ServerCredentials.From(UserSecret.FromPassword(answer.Password!)).With(server.Credentials.Token);
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
