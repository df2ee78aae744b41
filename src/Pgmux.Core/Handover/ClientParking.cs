using Pgmux.Core.Cancellation;
using Pgmux.Core.Clients;
using Pgmux.Core.Diagnostics;
using Pgmux.Core.Statements;

namespace Pgmux.Core.Handover;

/// <summary>Writes down what is to be known of a client that goes to another process. On its loop.</summary>
internal static class ClientParking
{
    /// <summary>
    /// Whether the client is between two requests, with nothing of it in this process but what can be written down: not encrypted, without a
    /// server, all its statements known by their texts.
    /// </summary>
    public static bool CanLeave(ClientConnection client) =>
        client is { State: ClientState.Idle, IsWelcomed: true, IsLeaving: false }
        && client.Transport is { Tls: null, UnreadBytes: 0, HasUntoldBytes: false }
        && client.Requests.IsAtRest
        && CanLeave(client.Statements);

    /// <summary>The client, written down.</summary>
    public static ParkedClient Describe(ClientConnection client)
    {
        var tracked = client.Environment.Tracked;
        return new ParkedClient
        {
            Database = client.Database,
            User = client.User,
            Parameters =
            [
                .. tracked.Names.Select((name, index) => new ParkedParameter(name, client.Parameters[index], client.StartupValue(index)))
                    .Where(parameter => parameter.Value is not null || parameter.StartupValue is not null),
            ],
            Statements = client.Statements is { } statements ? [.. statements.All.Select(Describe)] : [],
            CancelProcessId = client.CancelKey.ProcessId,
            CancelSecret = client.CancelKey.CopySecretTo(new byte[CancelKey.LongSecretBytes]).ToArray(),
            HasLongCancelKey = client.HasLongCancelKey,
            AgeMilliseconds = (long)client.Loop.TimeProvider.GetElapsedTime(client.AcceptedAt, client.Loop.Timestamp).TotalMilliseconds,
            Proxied = client.ProxiedEndPoint is { } proxied ? EndPointText.Join(proxied) : null,
        };
    }

    private static bool CanLeave(ClientStatements? statements) => statements is null
        || (statements is { CommandPortals: null, Bytes: <= HandoverLimits.MostStatementBytes } && statements.All.All(CanLeave));

    // A text with PREPARE or EXECUTE in it names other statements, and one that was too long to keep exists on its server only.
    private static bool CanLeave(ClientStatement entry) =>
        !entry.Binding.IsPending && entry.Binding.Confirmed is { IsReplayable: true, Commands: null };

    private static ParkedStatement Describe(ClientStatement entry)
    {
        var statement = entry.Binding.Confirmed!;
        return new ParkedStatement(entry.Name, statement.Level == StatementLevel.Sql, statement.IsShared, statement.Definition);
    }
}
