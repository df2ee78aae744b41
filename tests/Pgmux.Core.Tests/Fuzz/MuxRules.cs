using System.Text;
using Pgmux.Testing.Fuzzing;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>What holds for the clients of a multiplexer, whatever one of its peers does.</summary>
internal static class MuxRules
{
    /// <summary>Asks something that nobody else asks and requires the answer.</summary>
    public static void RequireServed(FakeClient canary, string nonce)
    {
        canary.Take();
        var reply = canary.Query($"SELECT {nonce}");
        FuzzFindingException.Require(reply == $"T D({nonce}) C(SELECT 1) Z(I)", $"another client was answered with: {reply}");
    }

    /// <summary>At most one error that ends the connection, nothing behind it, and then the end.</summary>
    public static void RequireOneEnd(FakeClient client)
    {
        var fatal = client.Replies.Select((reply, index) => (reply, index)).Where(pair => IsFatal(pair.reply)).Select(pair => pair.index).ToArray();
        FuzzFindingException.Require(fatal.Length <= 1, "two errors that end the connection");
        FuzzFindingException.Require(fatal.Length == 0 || (fatal[0] == client.Replies.Count - 1 && client.IsClosed), "something behind the error that ends the connection");
    }

    /// <summary>What came back, in short enough for two runs that differ in numbers only to look the same.</summary>
    public static string Outcome(FakeClient client)
    {
        const int MostLetters = 60;
        var outcome = new StringBuilder();
        var last = '\0';
        foreach (var reply in client.Replies)
        {
            if (outcome.Length > MostLetters)
            {
                break;
            }

            if (reply.Type != last || reply.Type == 'E')
            {
                outcome.Append(reply.Type == 'E' ? $"E({reply.SqlState} {string.Join(' ', reply.Message.Split(' ').Take(3))})" : reply.Type);
            }

            last = reply.Type;
        }

        return outcome.Append(client.IsClosed ? "." : "").ToString();
    }

    // An empty field ends the list; a server may write what it likes behind it.
    private static bool IsFatal(RawMessage reply)
    {
        var fields = reply.Type == 'E' ? reply.Text.Split('\0').TakeWhile(field => field.Length > 0).ToArray() : [];
        var severity = fields.FirstOrDefault(field => field[0] == 'V') ?? fields.FirstOrDefault(field => field[0] == 'S');
        return severity?[1..] is "FATAL" or "PANIC";
    }
}
