using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Statements;

/// <summary>What the tests of prepared statements have in common.</summary>
internal static class StatementRig
{
    /// <summary>Parse, Bind, Describe, Execute and Sync, as libpq sends a query with parameters.</summary>
    public static byte[][] Whole(string sql, string name = "", params string?[] values) =>
        [RawMessages.Parse(sql, name), RawMessages.Bind(name, values), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Sync()];

    /// <summary>Bind, Execute and Sync of what was prepared earlier.</summary>
    public static byte[][] Use(string name = "", params string?[] values) => [RawMessages.Bind(name, values), RawMessages.Execute(), RawMessages.Sync()];

    public static byte[][] Prepare(string sql, string name = "") => [RawMessages.Parse(sql, name), RawMessages.Sync()];

    /// <summary>Takes the server that was used last out of the pool, so that the next request goes to another one.</summary>
    public static FakeClient Occupy(this TestMux mux)
    {
        var blocker = mux.Login();
        Assert.That(blocker.Query("BEGIN"), Is.EqualTo("C(BEGIN) Z(T)"));
        return blocker;
    }

    /// <summary>A client with this statement, on a server that now is somebody else's: its next request goes to a server without it.</summary>
    public static FakeClient LoginPrepared(this TestMux mux, string sql, string name)
    {
        var client = mux.Login();
        Assert.That(client.Ask(Prepare(sql, name)), Is.EqualTo("1 Z(I)"));
        mux.Occupy();
        return client;
    }

    /// <summary>Sends the same to the multiplexer and to a PostgreSQL of its own, which must answer alike.</summary>
    public static void ExpectSame(this FakeClient client, DirectSession direct, params byte[][] messages) =>
        Assert.That(client.Ask(messages), Is.EqualTo(direct.Trace(messages)));

    /// <summary>The body of a message behind the first texts of it, as many as are given.</summary>
    public static byte[] After(this RawMessage message, int texts)
    {
        var at = 0;
        for (; texts > 0; texts--)
        {
            at = Array.IndexOf(message.Body, (byte)0, at) + 1;
        }

        return message.Body[at..];
    }
}
