using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Differential;

/// <summary>Plays a script over connections of its own and writes down what each client got.</summary>
internal static class ScriptRun
{
    /// <summary>How long an answer may take on two busy cores; the answers of a script come at once.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="script">What is played.</param>
    /// <param name="login">Opens a connection.</param>
    /// <param name="cut">Byte at which the first segment of the first client is cut in two; 0 for none.</param>
    /// <param name="betweenTransactions">Called when a wait has ended and no client is in a transaction.</param>
    public static async Task<ScriptTrace> PlayAsync(
        Script script, Func<Task<RawClient>> login, int cut = 0, Func<Task>? betweenTransactions = null)
    {
        var text = new TraceText();
        var clients = new List<ScriptedClient>();
        try
        {
            for (var number = 0; number < script.ClientCount; number++)
            {
                var connection = await login();
                connection.Patience = Patience;
                clients.Add(new ScriptedClient(connection, text));
            }

            clients[0].Cut = cut;
            foreach (var step in script.Steps)
            {
                await DoAsync(clients[step.Client - 1], step);
                if (betweenTransactions is not null && step.Action == ScriptAction.Until && clients.All(client => client.IsBetweenTransactions))
                {
                    await betweenTransactions();
                }
            }

            // Terminate makes either side say what it still had to say, and nothing more.
            foreach (var client in clients)
            {
                client.Write(RawMessages.Terminate());
                await client.SendAsync();
            }

            foreach (var client in clients)
            {
                await client.ReadToEndAsync();
            }

            return new ScriptTrace([.. clients.Select(client => client.Trace)]);
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }
        }
    }

    /// <summary>Bytes that the first client sends before it waits for the first time.</summary>
    public static int FirstSegmentLength(Script script) => script.Steps
        .TakeWhile(step => step.Action == ScriptAction.Write).Sum(step => step.Bytes.Length);

    private static async Task DoAsync(ScriptedClient client, ScriptStep step)
    {
        switch (step.Action)
        {
            case ScriptAction.Write:
                client.Write(step.Bytes);
                break;
            case ScriptAction.Send:
                await client.SendAsync();
                break;
            case ScriptAction.Until:
                await client.ReadAsync(step.Type, step.Count);
                break;
            case ScriptAction.UntilClosed:
                await client.ReadToEndAsync();
                break;
            case ScriptAction.Reset:
                await client.SendAsync();
                client.Reset();
                break;
            default:
                throw new InvalidOperationException($"{step.Action} is not an action");
        }
    }
}
