using Pgmux.Core.Authentication.OAuth;
using Pgmux.Core.Configuration;
using Pgmux.Core.Pooling;

namespace Pgmux.Core.Clients;

/// <summary>Has the token of a client judged: by pgmux itself (jwt), or by a server of the pool that the client wants to use (oauth).</summary>
internal sealed class ClientTokenCheck(ClientConnection client, ClientEnvironment environment)
{
    private const string NoServer = "oauth lets nobody in to the console: there is no server that could look at the token";
    private const string OtherUser = "oauth cannot let clients in to a database with a user of its own: the server would look at the token for that user";

    /// <summary>What is said of the token; null when the client has been closed meanwhile.</summary>
    public async ValueTask<TokenVerdict?> JudgeAsync(AuthType method, TokenQuestion question)
    {
        if (method == AuthType.OAuth)
        {
            return await AskServerAsync(question);
        }

        // The first await is for the thread that takes it up, the second for the verdict.
        var verdict = await await client.Loop.OffloadAsync(() => environment.Tokens.ValidateAsync(question));
        return client.State == ClientState.Closed ? null : verdict;
    }

    private async ValueTask<TokenVerdict?> AskServerAsync(TokenQuestion question)
    {
        if (FindPool(out var problem) is not { } pool)
        {
            return TokenVerdict.No(problem);
        }

        var trial = new LoginTrial(client.Loop, question.Token, client.Wake);
        pool.Try(trial);
        while (!trial.IsDone && client.State != ClientState.Closed)
        {
            await client.WaitAsync();
            client.EndWait();
        }

        if (client.State == ClientState.Closed)
        {
            pool.Abandon(trial);
            return null;
        }

        return trial.Refusal is { } refusal
            ? TokenVerdict.OfServer(ClientErrors.For(refusal, trial.Error), trial.ServerError)
            : TokenVerdict.Right;
    }

    // The one that the client uses when it is let in. Whether there is such a database is not told to strangers.
    private Pool? FindPool(out string problem)
    {
        var configuration = environment.Configuration.Current;
        var database = ConfigSnapshot.IsConsole(client.Database) ? null : configuration.FindDatabase(client.Database);
        problem = ConfigSnapshot.IsConsole(client.Database) ? NoServer
            : database is null ? "there is no such database"
            : database.User is not null ? OtherUser
            : "";
        return problem.Length == 0 ? environment.Pools.GetOrAdd(configuration, database!, client.User) : null;
    }
}
