using System.Buffers;
using Pgmux.Core.Authentication;
using Pgmux.Core.Authentication.Ldap;
using Pgmux.Core.Clients.Pam;
using Pgmux.Core.Configuration;
using Pgmux.Core.Configuration.Hba;
using Pgmux.Core.Servers.Replication;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Clients;

/// <summary>Carries the messages of one authentication between a client and the <see cref="ClientAuthenticator"/>.</summary>
internal sealed class ClientAuthentication(
    ClientConnection client, ClientEnvironment environment, ConfigSnapshot configuration, ReplicationKind replication)
{
    // Where the server may be asked once more for the user; null when it was asked for this login, or is not asked at all.
    private AuthQuerySource? _askableAnew;

    /// <summary>Lets the client prove who it is, or closes it.</summary>
    /// <returns>What its login has shown that may serve for logins to servers; null when the client has been closed.</returns>
    public async ValueTask<ServerCredentials?> RunAsync()
    {
        if (IsOwnerOfConsole())
        {
            client.IsConsoleOwner = true;
            return ServerCredentials.None;
        }

        if (await DescribeLoginAsync() is not { } login)
        {
            return null;
        }

        // Ahead of auth_query: who guesses names makes no work for the server either.
        if (IsThrottled(login))
        {
            await FailAsync(AuthenticationFailure.TooManyFailures(login));
            return null;
        }

        if (await FindUserAsync(login) is not { } complete)
        {
            return null;
        }

        login = complete;
        var authenticator = new ClientAuthenticator(login, environment.Authentication);
        var step = authenticator.Start(client.Output);
        while (true)
        {
            switch (step)
            {
                case AuthenticationStep.Succeeded:
                    return authenticator.Credentials;
                case AuthenticationStep.Failed:
                    if (authenticator.Failure!.DependsOnSecret && await FindAnewAsync() is { } secret)
                    {
                        step = authenticator.Retry(secret, client.Output);
                        continue;
                    }

                    CountFailure(login, authenticator.Failure!);
                    if (client.State != ClientState.Closed)
                    {
                        await FailAsync(authenticator.Failure!);
                    }

                    return null;
                case AuthenticationStep.NeedsDerivation:
                    await client.Loop.OffloadAsync(authenticator.Derivation!.Run);
                    if (client.State == ClientState.Closed)
                    {
                        return null;
                    }

                    step = authenticator.Resume(client.Output);
                    continue;
                case AuthenticationStep.NeedsPam:
                    if (await AskPamAsync(authenticator.PamLogin!) is not { } check)
                    {
                        return null;
                    }

                    step = authenticator.Judge(check.Refusal);
                    continue;
                case AuthenticationStep.NeedsDirectory:
                    if (await AskDirectoryAsync(authenticator.Question!) is not { } verdict)
                    {
                        return null;
                    }

                    step = authenticator.Resume(verdict);
                    continue;
                case AuthenticationStep.NeedsTokenCheck:
                    if (await new ClientTokenCheck(client, environment).JudgeAsync(login.Method, authenticator.Token!) is not { } judged)
                    {
                        return null;
                    }

                    step = authenticator.Resume(judged, client.Output);
                    continue;
            }

            await client.Output.FlushAsync();
            var result = await client.Transport.Input.ReadAsync();
            if (client.State == ClientState.Closed)
            {
                return null;
            }

            step = Take(authenticator, result.Buffer, out var isTaken);
            if (!isTaken && result.IsCompleted)
            {
                client.Close(ClientCloseReason.UnexpectedEof);
                return null;
            }
        }
    }

    // PgBouncer's rule: over the Unix socket, the user "pgbouncer" with the uid of the process needs no password for the console.
    private bool IsOwnerOfConsole() =>
        ConfigSnapshot.IsConsole(client.Database)
        && client.User == ConfigSnapshot.ConsoleDatabase
        && client.Transport.PeerCredentials is { } peer
        && peer.UserId == environment.ProcessUserId;

    // Who wants in and by which way; null when the client has been closed meanwhile.
    private async ValueTask<ClientLogin?> DescribeLoginAsync()
    {
        var options = configuration.Options;
        var origin = ClientOrigin.Of(client.Transport, client.RemoteEndPoint);
        var rule = options.AuthType == AuthType.Hba ? FindRule(origin) : null;
        var method = rule?.Method ?? options.AuthType;
        var systemUser = method == AuthType.Peer && origin.Peer is { } peer
            ? await environment.SystemUsers.FindAsync(client.Loop, peer.UserId)
            : null;
        var login = new ClientLogin
        {
            Method = method,
            Rule = rule,
            Ldap = rule is null ? configuration.Ldap : rule.Ldap,
            Origin = origin,
            SystemUser = systemUser,
            User = client.User,
            Secret = configuration.UserList.Find(client.User),
            ScramIterations = options.ScramIterations,
            MockKind = configuration.UserList.CommonKind,
            ChannelBinding = client.Transport.Tls?.ServerEndPointBinding ?? [],
        };
        return client.State == ClientState.Closed ? null : login;
    }

    // What PAM has said; null when the client has been closed.
    private async ValueTask<PamCheck?> AskPamAsync(PamLogin login)
    {
        var check = new PamCheck(login, OnJudged);
        if (!environment.Pam.TryStart(check))
        {
            await FailAsync(AuthenticationFailure.PamIsBusy(PamChecks.QueueLimit));
            return null;
        }

        while (!check.IsDone && client.State != ClientState.Closed)
        {
            await client.WaitAsync();
            client.EndWait();
        }

        if (client.State != ClientState.Closed)
        {
            return check;
        }

        check.Abandon();
        return null;
    }

    // PAM's threads bring its word to the client's loop.
    private void OnJudged(PamCheck check) => client.Loop.Post(
        state =>
        {
            ((PamCheck)state!).IsDone = true;
            client.Wake();
        },
        check);

    // The login with its secret, where auth_file or the server has one; null when the client has been closed meanwhile.
    private async ValueTask<ClientLogin?> FindUserAsync(ClientLogin login) =>
        login.Secret is null && NeedsUser(login.Method) && configuration.AuthQueryFor(client.Database) is { } source
            ? await AskServerAsync(login, source)
            : login;

    // Nobody is asked for a user whom no password lets in, or one that others judge.
    private static bool NeedsUser(AuthType method) => method is not (AuthType.Any or AuthType.Reject or AuthType.Hba or AuthType.Pam or AuthType.Ldap or AuthType.Jwt or AuthType.OAuth);

    // What the directory says; null when the client has been closed meanwhile.
    private async ValueTask<LdapVerdict?> AskDirectoryAsync(LdapQuestion question)
    {
        using var check = environment.Ldap.Start(question, client.Loop, client.Wake);
        while (check.Verdict is null && client.State != ClientState.Closed)
        {
            await client.WaitAsync();
            client.EndWait();
        }

        return client.State == ClientState.Closed ? null : check.Verdict;
    }

    private async ValueTask<ClientLogin?> AskServerAsync(ClientLogin login, AuthQuerySource source)
    {
        if (await environment.Users.FindAsync(client, source) is not var (answer, isFresh))
        {
            return null;
        }

        _askableAnew = isFresh ? null : source;
        return login with { Secret = answer.Secret, MockKind = environment.Users.Cache.CommonKind };
    }

    // The secret, when the server has been asked again and has one.
    private async ValueTask<UserSecret?> FindAnewAsync()
    {
        if (_askableAnew is not { } source)
        {
            return null;
        }

        _askableAnew = null;
        return await environment.Users.FindAnewAsync(client, source) is var (answer, _) ? answer.Secret : null;
    }

    private HbaRule? FindRule(ClientOrigin origin)
    {
        var rule = configuration.Hba.Find(new HbaRequest
        {
            Address = origin.Address is { } address ? NetAddress.From(address) : null,
            IsEncrypted = origin.IsEncrypted,
            IsReplication = replication == ReplicationKind.Physical,
            Database = client.Database,
            User = client.User,
        });
        if (rule is not null)
        {
            ClientsLog.HbaLineMatched(environment.Logger, client.LogName, rule.Location.File, rule.Location.Line);
        }

        return rule;
    }

    private AuthenticationStep Take(ClientAuthenticator authenticator, in ReadOnlySequence<byte> buffer, out bool isTaken)
    {
        isTaken = false;
        using var read = new ContiguousRead(buffer);
        var input = read.Span;
        var isComplete = FrameReader.TryPeek(input, int.MaxValue, out var type, out var bodyLength);
        if (isComplete && type != (byte)FrontendMessageType.Password)
        {
            throw ProtocolViolationException.ExpectedPassword(type);
        }

        if (isComplete && bodyLength > ClientHandshake.MaximumMessageBytes - sizeof(int))
        {
            throw ProtocolViolationException.InvalidMessageLength(type, bodyLength);
        }

        if (!isComplete || input.Length - FrameReader.HeaderBytes < bodyLength)
        {
            client.Transport.Input.AdvanceTo(buffer.Start, buffer.End);
            return AuthenticationStep.Continue;
        }

        isTaken = true;
        var taken = FrameReader.HeaderBytes + bodyLength;
        var step = authenticator.Handle(input[FrameReader.HeaderBytes..taken], client.Output);
        client.Transport.Input.AdvanceTo(buffer.GetPosition(taken));
        return step;
    }

    // Only where a password may be guessed: whoever needs none is not kept out by a neighbour's guesses.
    private bool IsThrottled(ClientLogin login) =>
        configuration.Options.AuthMaxFailures is > 0 and var limit
        && login is { AsksForPassword: true, Origin.Address: { } address }
        && environment.Authentication.FailedLogins.CountOf(address, client.Loop.TimeProvider, client.Loop.Timestamp) >= limit;

    private void CountFailure(ClientLogin login, AuthenticationFailure failure)
    {
        if (failure.IsGuess && configuration.Options.AuthMaxFailures > 0 && login is { AsksForPassword: true, Origin.Address: { } address })
        {
            environment.Authentication.FailedLogins.Add(address, client.Loop.TimeProvider, client.Loop.Timestamp);
        }
    }

    // The log has it at once, the client when auth_failure_delay is over.
    private async ValueTask FailAsync(AuthenticationFailure failure)
    {
        if (failure.IsDiscovery)
        {
            ClientsLog.TokenDiscovery(environment.Logger, client.LogName);
            client.Close(ClientCloseReason.TokenDiscovery, failure.Error);
            return;
        }

        ClientsLog.AuthenticationFailed(environment.Logger, client.LogName, failure.Error.Message, failure.Reason);
        if (configuration.Options.AuthFailureDelay > TimeSpan.Zero)
        {
            await RefusalDelay.WaitAsync(client, configuration.Options.AuthFailureDelay);
        }

        client.Close(ClientCloseReason.AuthenticationFailed, failure.Error);
    }
}
