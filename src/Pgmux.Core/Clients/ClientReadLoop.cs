using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>
/// The one long-lived method of a client: lets it log in, then hands what it sends to the <see cref="ClientRequestReader"/>, and waits when
/// that can go no further. What it keeps across a wait is kept for every parked client: the client, and nothing that the client knows.
/// </summary>
internal static class ClientReadLoop
{
    // As much as a connection's output takes before a flush waits.
    private const int UnsentAnswersLimit = 64 * 1024;

    /// <summary>Runs until the connection is closed; never throws. A client that comes from another process has logged in there.</summary>
    public static async Task RunAsync(ClientConnection client)
    {
        try
        {
            if (client.State == ClientState.LoggingIn)
            {
                await new ClientHandshake(client, client.Environment).RunAsync();
            }

            if (client.State == ClientState.Console)
            {
                await client.Environment.RunConsoleAsync(client);
            }

            while (client.State != ClientState.Closed)
            {
                var step = client.Requests.Take(await client.Transport.Input.ReadAsync());
                if (client.Requests.HasAnswered)
                {
                    client.Requests.HasAnswered = false;
                    await SendAnswersAsync(client);
                }

                // What was forwarded goes out before anything is waited for: its replies may be what ends the wait.
                if (client.Server is { } server)
                {
                    await server.Transport!.Output.FlushAsync();
                }

                if (step == RequestStep.Wait)
                {
                    await client.WaitAsync();
                    client.EndWait();
                }
            }
        }
        catch (ProtocolViolationException violation)
        {
            client.Close(ClientCloseReason.ProtocolViolation, ClientErrors.ProtocolViolation(violation.Message));
        }
        catch (Exception failure)
        {
            // A fault of ours costs this client, not the process.
            ClientsLog.InternalError(client.Environment.Logger, failure, client.LogName);
            client.Close(ClientCloseReason.InternalError, ClientErrors.InternalError);
        }
        finally
        {
            // Gives back what the last read had lent.
            client.Transport.Input.Complete();
        }
    }

    // The server's read loop may be waiting for room for its replies at the same time, so this is no flush that waits. But a client that
    // does not read its answers is not read either.
    private static ValueTask SendAnswersAsync(ClientConnection client)
    {
        client.Transport.Flush();
        return client.Transport.UnsentBytes <= UnsentAnswersLimit ? default : DrainAsync(client);
    }

    private static async ValueTask DrainAsync(ClientConnection client)
    {
        while (client.Transport.UnsentBytes > 0 && client.State != ClientState.Closed)
        {
            await client.DrainAsync();
            client.EndDrain();
        }
    }
}
