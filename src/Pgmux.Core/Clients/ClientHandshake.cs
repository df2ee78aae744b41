using System.Buffers;
using System.Diagnostics;
using Pgmux.Core.Authentication;
using Pgmux.Core.Cancellation;
using Pgmux.Core.Clients.Proxies;
using Pgmux.Core.Clients.Replication;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers.Replication;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Clients;

/// <summary>From an accepted connection to a parked client: startup packet, authentication, the pool's welcome.</summary>
internal sealed class ClientHandshake(ClientConnection client, ClientEnvironment environment)
{
    /// <summary>
    /// Longest message before the login is complete: PostgreSQL's limit of an authentication message (PG_MAX_AUTH_TOKEN_LENGTH).
    /// Nothing more than it and a startup packet is ever kept of a stranger.
    /// </summary>
    public const int MaximumMessageBytes = 65_535;

    private readonly ClientEncryption _encryption = new(client, environment.Configuration.Current, environment.Logger);
    private readonly ConfigSnapshot _configuration = environment.Configuration.Current;
    private bool _isSslAnswered;
    private bool _isGssAnswered;

    /// <summary>Logs the client in, or closes it.</summary>
    public async Task RunAsync()
    {
        if (ProxyGreeting.IsDue(client, _configuration.Options) && !await ProxyGreeting.ReadAsync(client, environment.Logger))
        {
            return;
        }

        if (await ReadStartupAsync() is not { } request)
        {
            return;
        }

        Negotiate(request);
        var startup = StartupParameters.Read(request, environment.Tracked, _configuration.Options);
        client.OnIdentified(startup.Database, startup.User);
        if (Refuse(startup) is { } refusal)
        {
            client.Close(refusal.Reason, refusal.Error);
            return;
        }

        if (_configuration.Options.LogConnections)
        {
            ClientsLog.Login(
                environment.Logger,
                client.LogName,
                startup.Database,
                startup.User,
                client.Transport.Tls?.ToString() ?? "no",
                ReplicationParameter.Print(startup.Replication));
        }

        if (await new ClientAuthentication(client, environment, _configuration, startup.Replication).RunAsync() is not { } credentials)
        {
            return;
        }

        if (ConfigSnapshot.IsConsole(startup.Database))
        {
            if (startup.Replication != ReplicationKind.None)
            {
                client.Close(ClientCloseReason.StartupRefused, ClientErrors.NoReplicationOfConsole);
                return;
            }

            BackendMessages.WriteAuthenticationOk(client.Transport.Output);
            client.OnConsoleOpened();
            return;
        }

        await EnterPoolAsync(startup, credentials);
    }

    private async Task EnterPoolAsync(StartupParameters startup, ServerCredentials credentials)
    {
        // What was true when the client came may have changed while it proved who it is.
        var configuration = environment.Configuration.Current;
        if (configuration.FindDatabase(startup.Database) is not { } database)
        {
            client.Close(ClientCloseReason.StartupRefused, ClientErrors.NoSuchDatabase(startup.Database));
            return;
        }

        if (environment.Pools.IsDisabled(startup.Database))
        {
            client.Close(ClientCloseReason.StartupRefused, ClientErrors.DatabaseDisabled(startup.Database));
            return;
        }

        if (configuration.Options.ApplicationNameAddHost)
        {
            startup.AddHost(EndPointText.Join(client.RemoteEndPoint));
        }

        if (RefuseByLedger(configuration, database) is { } refusal)
        {
            client.Close(ClientCloseReason.TooManyClients, refusal);
            return;
        }

        var pool = environment.Pools.Enter(configuration, database, startup.User);
        client.OnPoolEntered(pool);
        if (pool.Key == client.LedgerEntry)
        {
            // The usual case: one pool has thousands of clients with these names, and each need not hold its own copy of them.
            client.ShareNames(pool.Key);
        }

        if (pool.Key.User == startup.User)
        {
            pool.OfferCredentials(credentials);
        }

        if (startup.Replication != ReplicationKind.None)
        {
            await new ReplicationEntry(client, environment).RunAsync(pool, startup.ToReplicationStart());
            return;
        }

        if (await client.WaitForWelcomeAsync() is not { } welcome)
        {
            return;
        }

        var parameters = welcome.Parameters;
        for (var i = 0; i < environment.Tracked.Count; i++)
        {
            if (startup.Values[i] is { } value)
            {
                parameters = parameters.With(i, value);
            }
        }

        BackendMessages.WriteAuthenticationOk(client.Transport.Output);
        client.OnLoggedIn(environment.ParameterSets.Intern(parameters), environment.ParameterSets.Intern(startup.Values));
        if (client.IsSessionPooled && !await client.TakeSessionServerAsync())
        {
            return;
        }

        WriteWelcome(welcome);
        await client.Transport.Output.FlushAsync();
    }

    // The client is counted from here on, so that its own limits hold whatever becomes of its login.
    private ErrorFields? RefuseByLedger(ConfigSnapshot configuration, DatabaseOptions database)
    {
        var entry = new PoolKey(database.Name, client.User);
        var outcome = environment.Ledger.Add(
            entry, configuration.MaxClientConnectionsFor(database), configuration.MaxUserClientConnectionsFor(client.User));
        switch (outcome)
        {
            case LedgerOutcome.Added:
                client.OnCounted(database);
                return null;
            case LedgerOutcome.DatabaseFull:
                return ClientErrors.TooManyClientsOfDatabase;
            default:
                return ClientErrors.TooManyClientsOfUser;
        }
    }

    private void WriteWelcome(PoolWelcome welcome)
    {
        var output = client.Transport.Output;
        foreach (var (name, value) in welcome.Status)
        {
            var index = environment.Tracked.IndexOf(name);
            BackendMessages.WriteParameterStatus(output, name, (index >= 0 ? client.Parameters[index] : null) ?? value);
        }

        client.WriteBackendKey();
        BackendMessages.WriteReadyForQuery(output, TransactionStatus.Idle);
    }

    private (ClientCloseReason Reason, ErrorFields Error)? Refuse(StartupParameters startup)
    {
        if (_encryption.IsMissing)
        {
            return (ClientCloseReason.StartupRefused, ClientErrors.TlsRequired);
        }

        if (startup.Refusal is { } error)
        {
            return (ClientCloseReason.StartupRefused, error);
        }

        if (ConfigSnapshot.IsConsole(startup.Database))
        {
            return null;
        }

        if (environment.RefusesLogin(client))
        {
            return (ClientCloseReason.ShuttingDown, ClientErrors.LoginWhileShuttingDown);
        }

        return environment.ClientCount > _configuration.Options.MaxClientConn
            ? (ClientCloseReason.TooManyClients, ClientErrors.TooManyClients)
            : null;
    }

    // Ahead of everything else that is said, errors included, and only where something is not as the client wants it: as PostgreSQL 18 does.
    // It names the version that is spoken from now on, which is the newest one unless the client wants an older.
    private void Negotiate(StartupRequest request)
    {
        var version = request.ProtocolVersion.Supported;
        client.HasLongCancelKey = version.HasLongCancelKeys;
        if (version != request.ProtocolVersion || request.ProtocolOptions.Count > 0)
        {
            BackendMessages.WriteNegotiateProtocolVersion(client.Transport.Output, version.Minor, request.ProtocolOptions);
        }
    }

    // Reads requests until one of them is a startup packet; null when the connection has been closed.
    private async ValueTask<StartupRequest?> ReadStartupAsync()
    {
        while (true)
        {
            var result = await client.Transport.Input.ReadAsync();
            if (client.State == ClientState.Closed)
            {
                return null;
            }

            if (_encryption.IsBegunBy(result.Buffer))
            {
                // No SSLRequest is answered inside TLS.
                _isSslAnswered = true;
                client.Transport.Input.AdvanceTo(result.Buffer.Start);
                if (!await _encryption.AcceptDirectAsync())
                {
                    return null;
                }

                continue;
            }

            StartupRequest? request;
            try
            {
                request = TryTake(result.Buffer);
            }
            catch (StartupPacketException refused)
            {
                client.Close(ClientCloseReason.StartupRefused, refused.IsSilent ? null : refused.ToErrorFields());
                return null;
            }

            switch (request?.Kind)
            {
                case null when result.IsCompleted:
                    client.Close(ClientCloseReason.UnexpectedEof);
                    return null;
                case StartupRequestKind.Startup:
                    return request;
                case StartupRequestKind.CancelRequest:
                    await CancelAsync(request);
                    return null;
                case StartupRequestKind.SslRequest when _encryption.IsOffered:
                    if (!await _encryption.AcceptAsync())
                    {
                        return null;
                    }

                    break;
                case StartupRequestKind.SslRequest or StartupRequestKind.GssEncRequest:
                    BackendMessages.WriteSslRefused(client.Transport.Output);
                    await client.Transport.Output.FlushAsync();
                    break;
            }
        }
    }

    private StartupRequest? TryTake(in ReadOnlySequence<byte> buffer)
    {
        using var read = new ContiguousRead(buffer);
        var input = read.Span;
        if (!StartupPacketReader.TryRead(input, out var request, out var taken))
        {
            client.Transport.Input.AdvanceTo(buffer.Start, buffer.End);
            return null;
        }

        switch (request.Kind)
        {
            case StartupRequestKind.SslRequest:
                CheckEncryptionRequest(ref _isSslAnswered, StartupCodes.SslRequest, input.Length > taken);
                break;
            case StartupRequestKind.GssEncRequest:
                CheckEncryptionRequest(ref _isGssAnswered, StartupCodes.GssEncRequest, input.Length > taken);
                break;
        }

        client.Transport.Input.AdvanceTo(buffer.GetPosition(taken));
        return request;
    }

    // Each kind is answered once, and whatever came with it could be somebody else's (CVE-2021-23214): PostgreSQL's rules.
    private static void CheckEncryptionRequest(ref bool isAnswered, int code, bool hasMore)
    {
        if (isAnswered)
        {
            throw StartupPacketException.UnsupportedProtocol(ProtocolVersion.FromCode(code));
        }

        if (hasMore)
        {
            throw StartupPacketException.UnencryptedData(code);
        }

        isAnswered = true;
    }

    private async ValueTask CancelAsync(StartupRequest request)
    {
        var outcome = await environment.CancelDesk.ServeAsync(client.Loop, environment.Configuration.Current, request);
        client.Close(outcome switch
        {
            CancelOutcome.Served => ClientCloseReason.CancelRequest,
            CancelOutcome.NoSuchKey => ClientCloseReason.CancelKeyUnknown,
            CancelOutcome.NoSuchPeer => ClientCloseReason.CancelPeerUnknown,
            CancelOutcome.HopsExhausted => ClientCloseReason.CancelHopsExhausted,
            CancelOutcome.TimedOut => ClientCloseReason.CancelTimedOut,
            CancelOutcome.NotForwarded => ClientCloseReason.CancelNotForwarded,
            _ => throw new UnreachableException($"{outcome} is no outcome of a cancel request"),
        });
    }
}
