using System.IO.Pipelines;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Servers;

/// <summary>
/// The one long-lived method of a server: enters it, then hands what arrives to the <see cref="ServerReplyReader"/>. Begins
/// on the home loop and goes on on whichever loop has taken the connection over.
/// </summary>
internal sealed class ServerReadLoop(
    ServerConnection server, EventLoop home, ServerParameters parameters, ServerReplyReader replies, ServerEnvironment environment,
    CancellationToken connecting)
{
    /// <summary>Runs until the connection is closed; never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            var transport = await new ServerEntry(server, home, parameters, environment, connecting).RunAsync();
            while (server.State != ServerState.Closed)
            {
                var result = await transport.Input.ReadAsync();
                server.IsTakingReplies = true;
                Take(transport, result);
                if (server.Lessee is { } lessee)
                {
                    // The server counts as busy until its client has room for the next replies: a slow client slows its own
                    // server only.
                    await lessee.Output.FlushAsync();
                }

                server.IsTakingReplies = false;
                OnTaken(result.IsCompleted);
            }
        }
        catch (ConnectException failure)
        {
            server.Close(ReasonOf(failure), ErrorFields.Fatal(SqlState.ConnectionFailure, failure.Message));
        }
        catch (OperationCanceledException) when (server.State == ServerState.Closed)
        {
            // Close has cancelled the connect and has told everybody.
        }
        catch (ProtocolViolationException violation)
        {
            ServersLog.ProtocolViolation(environment.Logger, server.LogName, violation.Message);
            server.Close(ServerCloseReason.ProtocolViolation);
        }
        catch (Exception failure)
        {
            // A fault of ours costs this connection and its client, not the process.
            ServersLog.InternalError(environment.Logger, failure, server.LogName);
            server.Close(ServerCloseReason.InternalError);
        }
        finally
        {
            // Gives back what the last read had lent.
            server.Transport?.Input.Complete();
        }
    }

    private void Take(TransportConnection transport, in ReadResult result)
    {
        if (server.State == ServerState.Closed)
        {
            return;
        }

        var buffer = result.Buffer;
        using var input = new ContiguousRead(buffer);
        var taken = replies.Read(input.Span);
        if (server.State != ServerState.Closed)
        {
            transport.Input.AdvanceTo(buffer.GetPosition(taken), buffer.End);
        }
    }

    private void OnTaken(bool isEndOfStream)
    {
        if (server.State == ServerState.Closed)
        {
            return;
        }

        if (isEndOfStream)
        {
            server.Close(ServerCloseReason.Crashed, replies.Errors.LastError);
            return;
        }

        // A cycle that runs again comes before whatever its client sends next.
        server.RunAgain();
        server.Lessee?.OnRepliesTaken(server);

        // Last: whatever the server is free for may begin now.
        replies.SettleOwnRequest();
        server.TryRelease();
    }

    private static ServerCloseReason ReasonOf(ConnectException failure) => failure.Reason switch
    {
        ConnectFailure.TimedOut => ServerCloseReason.ConnectTimedOut,
        ConnectFailure.NameNotResolved => ServerCloseReason.NameNotResolved,
        _ => ServerCloseReason.ConnectFailed,
    };
}
