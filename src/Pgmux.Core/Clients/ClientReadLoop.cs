using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Clients;

/// <summary>
/// The one long-lived method of a client: lets it log in, then hands what it sends to the <see cref="ClientRequestReader"/>, and waits when
/// that can go no further.
/// </summary>
internal sealed class ClientReadLoop(ClientConnection client, ClientRequestReader requests, ClientEnvironment environment)
{
    // As much as a connection's output takes before a flush waits.
    private const int UnsentAnswersLimit = 64 * 1024;

    private readonly LoopSignal _wake = new();
    private LoopSignal? _drained;

    /// <summary>Runs until the connection is closed; never throws.</summary>
    public async Task RunAsync()
    {
        var transport = client.Transport;
        try
        {
            await new ClientHandshake(client, environment).RunAsync();
            if (client.State == ClientState.Console)
            {
                await environment.RunConsoleAsync(client);
            }

            while (client.State != ClientState.Closed)
            {
                var result = await transport.Input.ReadAsync();
                var step = requests.Take(result);
                if (requests.HasAnswered)
                {
                    requests.HasAnswered = false;
                    await SendAnswersAsync();
                }

                // What was forwarded goes out before anything is waited for: its replies may be what ends the wait.
                if (client.Server is { } server)
                {
                    await server.Transport!.Output.FlushAsync();
                }

                if (step == RequestStep.Wait)
                {
                    await WaitAsync();
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
            ClientsLog.InternalError(environment.Logger, failure, client.LogName);
            client.Close(ClientCloseReason.InternalError, ClientErrors.InternalError);
        }
        finally
        {
            // Gives back what the last read had lent.
            transport.Input.Complete();
        }
    }

    /// <summary>Waits for <see cref="Wake"/>, which may have come already.</summary>
    public ValueTask WaitAsync() => _wake.WaitAsync(client.Loop);

    /// <summary>What the client waits for may have come.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Everything that was to be sent to the client has been.</summary>
    public void OnDrained() => _drained?.Set();

    /// <summary>The connection is closed: nothing is waited for any more.</summary>
    public void OnClosed()
    {
        _wake.Set();
        _drained?.Set();
    }

    // The server's read loop may be waiting for room for its replies at the same time, so this is no flush that waits. But a client that
    // does not read its answers is not read either.
    private async ValueTask SendAnswersAsync()
    {
        client.Transport.Flush();
        if (client.Transport.UnsentBytes <= UnsentAnswersLimit)
        {
            return;
        }

        _drained = new LoopSignal();
        while (client.Transport.UnsentBytes > 0 && client.State != ClientState.Closed)
        {
            await _drained.WaitAsync(client.Loop);
        }

        _drained = null;
    }
}
